using System.Buffers.Binary;
using System.Text;
using Votes.LoadTest.Chaos.Network;
using Xunit;
using static Votes.Tests.LoadTest.Chaos.Network.ProxiedServer;

namespace Votes.Tests.LoadTest.Chaos.Network;

public sealed class CommitWatchTests
{
    private static readonly byte[] Ready = Message('Z', [(byte)'I']);
    private static readonly byte[] InTransaction = Message('Z', [(byte)'T']);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Commit_statement_is_seen() =>
        Assert.Equal(1, Read([.. Complete("BEGIN"), .. InTransaction, .. Complete("COMMIT"), .. Ready]));

    [Fact]
    public void Commit_split_over_reads_is_seen_once_wherever_it_is_split()
    {
        byte[] stream = [(byte)'N', .. Ready, .. Complete("BEGIN"), .. InTransaction, .. Complete("COMMIT"), .. Ready];
        for (var split = 0; split <= stream.Length; split++)
        {
            var watch = new CommitWatch();
            Assert.Equal(1, watch.Read(stream.AsSpan(0, split)) + watch.Read(stream.AsSpan(split)));
        }

        var bytewise = new CommitWatch();
        Assert.Equal(1, stream.Sum(one => bytewise.Read([one])));
    }

    [Theory]
    [InlineData("INSERT 0 5")]
    [InlineData("UPDATE 1")]
    [InlineData("DELETE 3")]
    public void Statement_that_writes_by_itself_commits_with_the_answer_that_ends_it(string tag) =>
        Assert.Equal(1, Read([.. Ready, .. Complete(tag), .. Ready]));

    [Fact]
    public void Batch_of_statements_commits_with_the_answer_that_ends_it()
    {
        byte[] batch = [.. Message('D', new byte[100]), .. Complete("SELECT 4"), .. Complete("SELECT 0"), .. Ready];
        Assert.Equal(2, Read([.. Ready, .. Ready, .. batch, .. batch]));
    }

    [Fact]
    public void Flush_commits_with_the_answer_that_ends_it()
    {
        byte[] at = Message('D', [0, 10, 0, 0, 0, 2, .. "at"u8, .. new byte[40]]);
        byte[] moved = Message('D', [0, 10, 0, 0, 0, 5, .. "moved"u8, .. new byte[40]]);
        Assert.Equal(1, Read([.. Ready, .. moved, .. at, .. Complete("SELECT 2"), .. Ready]));
        Assert.Equal(0, Read([.. Ready, .. at, .. Complete("SELECT 1"), .. Ready]));
    }

    [Fact]
    public void Reads_and_failures_are_no_commits()
    {
        byte[] failed = [.. Complete("SELECT 4"), .. Message('E', new byte[30]), .. Ready];
        Assert.Equal(0, Read([.. Ready, .. Ready, .. Complete("SELECT 1"), .. Ready, .. failed]));
        Assert.Equal(0, Read([.. Ready, .. Ready, .. Complete("INSERT 0 1"), .. InTransaction]));
    }

    [Fact]
    public void Look_at_the_types_after_the_login_is_no_commit() =>
        Assert.Equal(0, Read([.. Ready, .. Complete("SELECT 1"), .. Complete("SELECT 300"), .. Ready]));

    [Fact]
    public async Task Answer_of_a_commit_is_cut_off_and_what_came_before_has_passed()
    {
        await using var proxied = new ProxiedServer(watchesCommits: true);
        var (client, server) = await proxied.ConnectAsync(Stop);
        await proxied.Proxy.SetAsync(ProxyMode.CommitCut(mostCommits: 1), Stop);
        var before = Complete("BEGIN");
        await SendAsync(server, before, Stop);
        await ReadAsync(client, before.Length, Stop);

        await SendAsync(server, [.. Complete("COMMIT"), .. Ready], Stop);

        Assert.Equal((0, true), await ReadToEndAsync(client, Stop));
        Assert.Equal((1, 1), (proxied.Proxy.Counts.CommitsCut, proxied.Proxy.Counts.Resets));
    }

    private static int Read(byte[] stream) => new CommitWatch().Read(stream);

    private static byte[] Complete(string tag) => Message('C', Encoding.ASCII.GetBytes(tag + "\0"));

    private static byte[] Message(char type, byte[] body)
    {
        var message = new byte[1 + sizeof(int) + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), sizeof(int) + body.Length);
        body.CopyTo(message.AsSpan(1 + sizeof(int)));
        return message;
    }
}
