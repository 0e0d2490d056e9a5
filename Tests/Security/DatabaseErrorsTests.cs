using Npgsql;
using Votes.Security;
using Xunit;

namespace Votes.Tests.Security;

public sealed class DatabaseErrorsTests
{
    [Theory]
    [InlineData("25006", "cannot execute INSERT in a read-only transaction", "Target Session Attributes=primary")]
    [InlineData("08P01", "unsupported startup parameter: options", "A pooler such as PgBouncer")]
    [InlineData("08P01", "unsupported startup parameter in options: statement_timeout", "Connect to PostgreSQL itself")]
    public void A_server_that_cannot_be_used_is_a_sentence_that_says_what_to_do(string sqlState, string message, string says)
    {
        var cause = new PostgresException(message, "ERROR", "ERROR", sqlState);

        var sentence = DatabaseErrors.Tell(new InvalidOperationException("The start failed.", cause));

        Assert.Contains(says, sentence, StringComparison.Ordinal);
        Assert.Contains(message, sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("42P01", "relation does not exist")]
    [InlineData("08P01", "invalid message format")]
    public void Other_errors_speak_for_themselves(string sqlState, string message)
    {
        var error = new PostgresException(message, "ERROR", "ERROR", sqlState);

        Assert.Equal(error.Message, DatabaseErrors.Tell(error));
    }
}
