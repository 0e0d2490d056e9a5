using System.CommandLine;
using Votes.Security;

namespace Votes.LoadTest.CommandLine;

/// <summary>The options that say where the cluster is.</summary>
internal sealed class EndpointOptions
{
    private readonly Option<string> _file = new("--endpoints")
    {
        Description = "File with POSTGRES_URL, AMQP_URL, SILO_HTTP_ALL and METRICS_URLS, behind options and environment",
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

    private readonly Option<string?> _amqpOperator = new("--amqp-operator-url")
    {
        Description = "The same for an account that may read dead letters; --amqp-url if absent",
    };

    private readonly Option<string?> _amqpCa = new("--amqp-ca-file")
    {
        Description = "The authorities that may vouch for an amqps:// broker, in PEM; this machine's own if absent",
    };

    private readonly Option<string?> _metrics = new("--metrics-urls")
    {
        Description = "Addresses of the metrics pages of the Ingests, separated by commas",
    };

    private readonly Option<string?> _queue = new("--queue") { Description = "The queue that votes go to" };

    private readonly Option<string?> _exchange = new("--exchange")
    {
        Description = $"The exchange that votes are published to; {Endpoints.VotesExchange} where there is one, if absent",
    };

    private readonly Option<string?> _deadLetterQueue = new("--dead-letter-queue")
    {
        Description = "The queue that poison messages end in",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_postgres);
        command.Options.Add(_amqp);
        command.Options.Add(_amqpOperator);
        command.Options.Add(_amqpCa);
        command.Options.Add(_metrics);
        command.Options.Add(_queue);
        command.Options.Add(_exchange);
        command.Options.Add(_deadLetterQueue);
    }

    /// <exception cref="UsageException">An address is missing or is none.</exception>
    public Endpoints Read(ParseResult parsed)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["POSTGRES_URL"] = parsed.GetValue(_postgres) ?? "",
            ["AMQP_URL"] = parsed.GetValue(_amqp) ?? "",
            ["AMQP_OPERATOR_URL"] = parsed.GetValue(_amqpOperator) ?? "",
            ["AMQP_CA_FILE"] = parsed.GetValue(_amqpCa) ?? "",
            ["METRICS_URLS"] = parsed.GetValue(_metrics) ?? "",
        };
        var file = parsed.GetValue(_file)!;
        try
        {
            var environment = EndpointsReader.Names.ToDictionary(
                name => name, name => SecretFiles.FromEnvironment(name) ?? "", StringComparer.Ordinal);
            var lines = File.Exists(file) ? File.ReadAllLines(file) : [];
            var endpoints = EndpointsReader.Resolve(options, environment, EndpointsReader.ParseFile(lines));
            return endpoints with
            {
                Queue = parsed.GetValue(_queue) ?? endpoints.Queue,
                Exchange = parsed.GetValue(_exchange),
                DeadLetterQueue = parsed.GetValue(_deadLetterQueue) ?? endpoints.DeadLetterQueue,
            };
        }
        catch (SecretFileException exception)
        {
            throw new UsageException(exception.Message);
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{exception.Message} (endpoints file: {file})");
        }
    }
}
