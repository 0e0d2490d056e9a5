using System.Reflection;
using System.Runtime.InteropServices;
using RabbitMQ.Client;

namespace Votes.Bench.Running;

/// <summary>Reads what runs here, by name: figures of other versions are other figures.</summary>
internal static class Versions
{
    /// <summary>The versions.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        BenchServers servers, CancellationToken cancellationToken) => new Dictionary<string, string>
        {
            ["PostgreSQL"] = await PostgresAsync(servers, cancellationToken),
            ["RabbitMQ"] = await RabbitMqAsync(servers, cancellationToken),
            [".NET"] = RuntimeInformation.FrameworkDescription,
            ["Orleans"] = Of(typeof(IClusterClient).Assembly),
            ["RabbitMQ.Client"] = Of(typeof(ConnectionFactory).Assembly),
            ["Npgsql"] = Of(typeof(Npgsql.NpgsqlConnection).Assembly),
        };

    private static async Task<string> PostgresAsync(BenchServers servers, CancellationToken cancellationToken)
    {
        await using var connection = await servers.ConnectAsync("postgres", cancellationToken);
        return connection.PostgreSqlVersion.ToString();
    }

    private static async Task<string> RabbitMqAsync(BenchServers servers, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = servers.Endpoints.AmqpUrl, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        return connection.ServerProperties?.TryGetValue("version", out var version) is true && version is byte[] text
            ? System.Text.Encoding.UTF8.GetString(text)
            : "unknown";
    }

    private static string Of(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? "unknown";
}
