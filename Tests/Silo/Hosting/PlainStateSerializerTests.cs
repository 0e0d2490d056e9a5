using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using Orleans.Storage;
using Votes.Grains.Board;
using Votes.Silo.Hosting;
using Xunit;

namespace Votes.Tests.Silo.Hosting;

public sealed class PlainStateSerializerTests
{
    private static readonly string[] Laws = ["law-1", "$type", "\u00e9"];

    private readonly PlainStateSerializer _plain = new();

    [Fact]
    public void A_state_is_read_as_it_was_written_and_names_no_type()
    {
        var stored = _plain.Serialize(State());

        Assert.DoesNotContain("Votes.Grains", stored.ToString(), StringComparison.Ordinal);
        Assert.Equal(Laws, _plain.Deserialize<BoardState>(stored).LawIds);
    }

    [Fact]
    public void Rows_of_before_are_read_and_rows_of_now_are_read_by_silos_of_before()
    {
        using var host = new HostBuilder().UseOrleansClient(static client => client.UseLocalhostClustering()).Build();
        var before = new JsonGrainStorageSerializer(new OrleansJsonSerializer(
            Options.Create(new OrleansJsonSerializerOptions
            {
                JsonSerializerSettings = OrleansJsonSerializerSettings.GetDefaultSerializerSettings(host.Services),
            })));

        var old = before.Serialize(State());
        Assert.Contains("$type", old.ToString(), StringComparison.Ordinal);

        Assert.Equal(Laws, _plain.Deserialize<BoardState>(old).LawIds);
        Assert.Equal(Laws, before.Deserialize<BoardState>(_plain.Serialize(State()))!.LawIds);
    }

    [Fact]
    public void The_type_that_a_row_names_is_not_made()
    {
        var row = new BinaryData("""{"$type":"System.IO.FileInfo, System.Private.CoreLib","fileName":"/tmp/x"}""");

        Assert.IsType<BoardState>(_plain.Deserialize<BoardState>(row));
    }

    private static BoardState State() => new() { LawIds = [.. Laws] };
}
