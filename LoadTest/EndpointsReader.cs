using Votes.Security;

namespace Votes.LoadTest;

/// <summary>
/// Finds the endpoints: options first, then the environment, then the file that starting a cluster writes.
/// </summary>
public static class EndpointsReader
{
    /// <summary>The file that the local cluster writes its addresses to.</summary>
    public const string DefaultFile = ".local/endpoints.env";

    private const string Postgres = "POSTGRES_URL";
    private const string Amqp = "AMQP_URL";
    private const string AmqpOperator = "AMQP_OPERATOR_URL";
    private const string AmqpCa = "AMQP_CA_FILE";
    private const string FirstSilo = "SILO_HTTP";
    private const string Silos = "SILO_HTTP_ALL";
    private const string Metrics = "METRICS_URLS";

    /// <summary>The names of the values.</summary>
    public static readonly IReadOnlyList<string> Names =
        [Postgres, Amqp, AmqpOperator, AmqpCa, FirstSilo, Silos, Metrics];

    /// <summary>Reads <c>NAME=value</c> lines; blank lines and lines that start with # are skipped.</summary>
    public static IReadOnlyDictionary<string, string> ParseFile(IEnumerable<string> lines)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.Select(line => line.Trim()))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || line[0] == '#')
                continue;
            var name = line[..equals].Trim();
            name = name.StartsWith("export ", StringComparison.Ordinal) ? name["export ".Length..].Trim() : name;
            values[name] = Unquoted(line[(equals + 1)..].Trim());
        }

        return values;
    }

    /// <summary>Puts the endpoints together; the first source that has a value wins.</summary>
    /// <exception cref="FormatException">A value is missing or is no address; says which.</exception>
    public static Endpoints Resolve(params IReadOnlyDictionary<string, string>[] sources)
    {
        var postgres = Find(Postgres, sources) ?? throw Absent(Postgres);
        PostgresAddress.Parse(postgres);
        if (!BrokerUri.TryParse(Find(Amqp, sources) ?? throw Absent(Amqp), out var amqp))
            throw new FormatException($"{Amqp} is not an address such as {BrokerUri.Form}");
        Uri? amqpOperator = null;
        // One that lies behind the address that was found belongs to another broker.
        var upTo = Array.FindIndex(sources, source => !string.IsNullOrEmpty(source.GetValueOrDefault(Amqp)));
        if (Find(AmqpOperator, sources[..(upTo + 1)]) is { } text && !BrokerUri.TryParse(text, out amqpOperator))
            throw new FormatException($"{AmqpOperator} is not an address such as {BrokerUri.Form}");
        var amqpCa = Find(AmqpCa, sources) ?? "";
        if (BrokerTls.Problem(amqp, amqpCa, AmqpCa) is { } problem)
            throw new FormatException(problem);
        return new()
        {
            PostgresUrl = postgres,
            AmqpUrl = amqp,
            AmqpOperatorUrl = amqpOperator,
            AmqpCaFile = amqpCa,
            SiloHttp = Addresses(Find(Silos, sources) is null ? FirstSilo : Silos, sources),
            MetricsUrls = Addresses(Metrics, sources),
        };
    }

    private static FormatException Absent(string name) =>
        new($"{name} is neither an option, nor in the environment, nor in the endpoints file");

    private static string? Find(string name, IReadOnlyDictionary<string, string>[] sources) =>
        sources.Select(source => source.GetValueOrDefault(name)).FirstOrDefault(value => !string.IsNullOrEmpty(value));

    private static List<Uri> Addresses(string name, IReadOnlyDictionary<string, string>[] sources) =>
        [.. (Find(name, sources) ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => Address(name, text, "http", "https"))];

    private static Uri Address(string name, string text, params string[] schemes) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && schemes.Contains(address.Scheme)
            ? address
            : throw new FormatException(
                $"{name} is not an address that begins with {string.Join(":// or ", schemes)}://");

    private static string Unquoted(string value) =>
        value.Length >= 2 && value[0] is ('"' or '\'') && value[^1] == value[0] ? value[1..^1] : value;
}
