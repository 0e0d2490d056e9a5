using System.Net;
using Npgsql;
using Orleans.Runtime;

namespace Votes.Silo.Hosting;

/// <summary>
/// The number that tells this silo from earlier ones at its address. Orleans takes the seconds of the machine's clock, and a
/// silo with a lower one than its predecessor's must not join: after a clock that was fast has been set right, that was a
/// restart in vain until the clock had passed the old one's start.
/// </summary>
public sealed class SiloGeneration
{
    private const string Select =
        """
        select max(generation) from orleans_silo where deployment_id = $1 and address = $2 and port = $3
        """;

    private int? _earlier;

    /// <summary>Reads the last generation at an address.</summary>
    public async Task LearnAsync(
        NpgsqlDataSource database, string clusterId, IPEndPoint address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        await using var select = database.CreateCommand(Select);
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = clusterId });
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = address.Address.ToString() });
        select.Parameters.Add(new NpgsqlParameter<int> { TypedValue = address.Port });
        _earlier = await select.ExecuteScalarAsync(cancellationToken) as int?;
    }

    /// <summary>A generation for this start: the clock's, and above every earlier one.</summary>
    public int Next() => Above(SiloAddress.AllocateNewGeneration(), _earlier);

    /// <summary>The clock's generation where it is above an earlier one, else the one behind it.</summary>
    internal static int Above(int byClock, int? earlier) => earlier >= byClock ? checked(earlier.Value + 1) : byClock;
}
