using Votes.Security;
using Xunit;

namespace Votes.Tests.Security;

public sealed class SecretFilesTests : IDisposable
{
    private const string Secret = "not to be seen";
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("ConnectionStrings:Votes")]
    [InlineData("ConnectionStrings:Owner")]
    [InlineData("RabbitMq:Uri")]
    [InlineData("VoterKey:Secret")]
    [InlineData("Access:SignInSecret")]
    [InlineData("Access:OperatorKeySha256")]
    [InlineData("Access:ReaderKeySha256")]
    public void Setting_with_FILE_behind_its_name_is_read_from_the_file(string key)
    {
        File.WriteAllText(_file, Secret);

        Assert.Equal(Secret, SecretFiles.Read([new(key + "_FILE", _file)])[key]);
        Assert.Equal(Secret, SecretFiles.Read([new(key.ToUpperInvariant() + "_file", _file), new(key, "")])[key]);
    }

    [Theory]
    [InlineData("a b\n", "a b")]
    [InlineData("a b\r\n", "a b")]
    [InlineData("a\nb", "a\nb")]
    [InlineData(" a ", " a ")]
    public void Line_break_at_the_end_is_no_part_of_a_secret(string text, string expected)
    {
        File.WriteAllText(_file, text);

        Assert.Equal(expected, SecretFiles.Read([new("VoterKey:Secret_FILE", _file)])["VoterKey:Secret"]);
    }

    [Fact]
    public void Settings_without_files_are_left_alone() => Assert.Empty(SecretFiles.Read(
    [
        new("VoterKey:Secret", Secret), new("VoterKey:Secret_FILE", ""), new("SSL_CERT_FILE", "/x"),
        new("RabbitMq:CaFile", "/x"),
    ]));

    [Fact]
    public void Both_given_is_an_error_that_tells_neither()
    {
        File.WriteAllText(_file, Secret);

        AssertTells(
            "VoterKey:Secret and VoterKey:Secret_FILE are both set; set one of them.",
            new("VoterKey:Secret", "other " + Secret), new("VoterKey:Secret_FILE", _file));
    }

    [Fact]
    public void File_that_is_not_there_is_an_error_that_names_it() => AssertTells(
        "RabbitMq:Uri_FILE names /nowhere/uri, which cannot be read: Could not find a part of the path '/nowhere/uri'.",
        new KeyValuePair<string, string?>("RabbitMq:Uri_FILE", "/nowhere/uri"));

    [Fact]
    public void File_that_is_no_secret_is_an_error_that_does_not_quote_it()
    {
        var setting = new KeyValuePair<string, string?>("VoterKey:Secret_FILE", _file);
        File.WriteAllText(_file, "\n");
        AssertTells($"VoterKey:Secret_FILE names {_file}, which is empty.", setting);
        File.WriteAllBytes(_file, [(byte)'a', 0xFF, (byte)'b']);
        AssertTells($"VoterKey:Secret_FILE names {_file}, which cannot be read: it is not UTF-8 text.", setting);
        File.WriteAllText(_file, new string('a', 65_537));
        AssertTells($"VoterKey:Secret_FILE names {_file}, which cannot be read: it has more than 65536 bytes.", setting);
        File.WriteAllText(_file, new string('a', 65_536));
        Assert.Single(SecretFiles.Read([setting]));
    }

    [Fact]
    public void Setting_that_is_not_read_from_files_is_not_passed_over() => AssertTells(
        "RabbitMq:Password_FILE is set, but that setting is not read from a file.",
        new KeyValuePair<string, string?>("RabbitMq:Password_FILE", "/x"));

    private static void AssertTells(string start, params KeyValuePair<string, string?>[] settings)
    {
        var error = Assert.Throws<SecretFileException>(() => SecretFiles.Read(settings));
        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }
}
