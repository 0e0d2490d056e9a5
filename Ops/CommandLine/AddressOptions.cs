using System.CommandLine;
using Npgsql;
using Votes.DeadLetters;
using Votes.LoadTest;

namespace Votes.Ops.CommandLine;

/// <summary>The options that say where the servers are: options first, then the environment, then a file.</summary>
internal sealed class AddressOptions
{
    private readonly Option<string> _file = new("--endpoints")
    {
        Description = "File with POSTGRES_URL and AMQP_URL, behind options and environment",
        DefaultValueFactory = _ => EndpointsReader.DefaultFile,
    };

    private readonly Option<string?> _postgres = new("--postgres-url")
    {
        Description = "postgresql://user:password@host:port/database, or an Npgsql connection string",
    };

    private readonly Option<string?> _amqp = new("--amqp-url") { Description = "amqp://user:password@host:port/" };

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
        command.Options.Add(_file);
        command.Options.Add(_queue);
        command.Options.Add(_deadLetterQueue);
    }

    public void AddDatabaseTo(Command command)
    {
        command.Options.Add(_postgres);
        command.Options.Add(_file);
    }

    /// <exception cref="UsageException">The address is missing or is none.</exception>
    public BrokerAddress Broker(ParseResult parsed)
    {
        var text = Find(parsed, _amqp, "AMQP_URL");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps"))
            throw new UsageException("AMQP_URL is not an address that begins with amqp:// or amqps://");
        return new(uri, parsed.GetValue(_queue)!, parsed.GetValue(_deadLetterQueue)!);
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

    private string Find(ParseResult parsed, Option<string?> option, string name)
    {
        var file = parsed.GetValue(_file)!;
        if (parsed.GetValue(option) is { Length: > 0 } given)
            return given;
        if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } set)
            return set;
        try
        {
            var lines = File.Exists(file) ? File.ReadAllLines(file) : [];
            return EndpointsReader.ParseFile(lines).TryGetValue(name, out var value) && value.Length > 0
                ? value
                : throw new UsageException($"{name} is neither an option, nor in the environment, nor in {file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the endpoints file {file} cannot be read: {exception.Message}");
        }
    }
}
