using System.CommandLine;
using Npgsql;
using Votes.DeadLetters;
using Votes.LoadTest;
using Votes.Security;

namespace Votes.Ops.CommandLine;

/// <summary>The options that say where the servers are: options first, then the environment, then a file.</summary>
internal sealed class AddressOptions
{
    private const string CaFile = "AMQP_CA_FILE";

    private readonly Option<string> _file = new("--endpoints")
    {
        Description = "File with POSTGRES_URL and AMQP_OPERATOR_URL or AMQP_URL, behind options and environment",
        DefaultValueFactory = _ => EndpointsReader.DefaultFile,
    };

    private readonly Option<string?> _postgres = new("--postgres-url")
    {
        Description = "postgresql://user:password@host:port/database, or an Npgsql connection string",
    };

    private readonly Option<string?> _amqp = new("--amqp-url")
    {
        Description = "amqp://user:password@host:port/, or amqps:// for TLS",
    };

    private readonly Option<string?> _caFile = new("--amqp-ca-file")
    {
        Description = "The authorities that may vouch for an amqps:// broker, in PEM; this machine's own if absent",
    };

    private readonly Option<string> _queue = new("--queue")
    {
        Description = "The queue that votes are counted from",
        DefaultValueFactory = _ => "votes.aggregation",
    };

    private readonly Option<string> _deadLetterQueue = new("--dead-letter-queue")
    {
        Description = "The queue of the dead letters",
        DefaultValueFactory = _ => "votes.aggregation.dead",
    };

    public void AddBrokerTo(Command command)
    {
        command.Options.Add(_amqp);
        command.Options.Add(_caFile);
        command.Options.Add(_file);
        command.Options.Add(_queue);
        command.Options.Add(_deadLetterQueue);
    }

    public void AddDatabaseTo(Command command)
    {
        command.Options.Add(_postgres);
        command.Options.Add(_file);
    }

    /// <summary>Adds the database to a command that has the broker and the file.</summary>
    public void AddDatabaseOnlyTo(Command command) => command.Options.Add(_postgres);

    /// <exception cref="UsageException">The address is missing or is none.</exception>
    public BrokerAddress Broker(ParseResult parsed)
    {
        // The account of publishers cannot read dead letters; where there is one that can, it is named apart.
        var text = FindOrNull(parsed, _amqp, "AMQP_OPERATOR_URL", "AMQP_URL") ?? throw Absent(parsed, "AMQP_URL");
        if (!BrokerUri.TryParse(text, out var uri))
            throw new UsageException($"AMQP_URL is not an address such as {BrokerUri.Form}");
        var caFile = FindOrNull(parsed, _caFile, CaFile) ?? "";
        return BrokerTls.Problem(uri, caFile, CaFile) is { } problem
            ? throw new UsageException(problem)
            : new(uri, parsed.GetValue(_queue)!, parsed.GetValue(_deadLetterQueue)!, caFile);
    }

    /// <exception cref="UsageException">The address is missing or is none.</exception>
    public NpgsqlConnectionStringBuilder Database(ParseResult parsed)
    {
        try
        {
            return PostgresAddress.Parse(Find(parsed, _postgres, "POSTGRES_URL"));
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private string Find(ParseResult parsed, Option<string?> option, string name) =>
        FindOrNull(parsed, option, name) ?? throw Absent(parsed, name);

    private UsageException Absent(ParseResult parsed, string name) =>
        new($"{name} is neither an option, nor in the environment, nor in {parsed.GetValue(_file)}");

    private string? FindOrNull(ParseResult parsed, Option<string?> option, params string[] names)
    {
        var file = parsed.GetValue(_file)!;
        if (parsed.GetValue(option) is { Length: > 0 } given)
            return given;
        try
        {
            if (names.Select(SecretFiles.FromEnvironment).FirstOrDefault(IsSet) is { } set)
                return set;
            var values = EndpointsReader.ParseFile(File.Exists(file) ? File.ReadAllLines(file) : []);
            return names.Select(name => values.GetValueOrDefault(name)).FirstOrDefault(IsSet);
        }
        catch (SecretFileException exception)
        {
            throw new UsageException(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the endpoints file {file} cannot be read: {exception.Message}");
        }
    }

    private static bool IsSet(string? value) => !string.IsNullOrEmpty(value);
}
