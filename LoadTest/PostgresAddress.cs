using System.Globalization;
using Npgsql;

namespace Votes.LoadTest;

/// <summary>Reads a database's address in either of the two ways it is written.</summary>
public static class PostgresAddress
{
    /// <summary>Reads <c>postgresql://user:password@host:port/database?option=value</c> or an Npgsql string.</summary>
    /// <exception cref="FormatException">The text is neither; the message does not repeat a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            return text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
                    ? FromUrl(new(text))
                    : new(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new FormatException(
                "POSTGRES_URL is neither postgresql://user:password@host:port/database nor an Npgsql connection string",
                exception);
        }
    }

    private static NpgsqlConnectionStringBuilder FromUrl(Uri url)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        if (url.Host.Length > 0)
            builder.Host = url.Host.Trim('[', ']');
        if (url.Port > 0)
            builder.Port = url.Port;
        if (url.AbsolutePath.Length > 1)
            builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        if (url.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password])
        {
            builder.Username = Uri.UnescapeDataString(user);
            if (password is [var secret])
                builder.Password = Uri.UnescapeDataString(secret);
        }

        foreach (var option in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = option.Split('=', 2);
            var value = Uri.UnescapeDataString(parts.Length == 2 ? parts[1] : "");
            Set(builder, parts[0].ToLowerInvariant(), value);
        }

        return builder;
    }

    // The names of libpq that differ from Npgsql's own; any other name goes through as it is.
    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        if (name == "sslmode")
            builder.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        else if (name == "sslrootcert")
            builder.RootCertificate = value;
        else if (name == "application_name")
            builder.ApplicationName = value;
        else if (name == "connect_timeout")
            builder.Timeout = int.Parse(value, CultureInfo.InvariantCulture);
        else
            builder[name] = value;
    }
}
