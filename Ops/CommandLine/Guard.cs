using Votes.DeadLetters;

namespace Votes.Ops.CommandLine;

/// <summary>Turns what goes wrong into a sentence and an exit status.</summary>
internal static class Guard
{
    /// <summary>Runs an action.</summary>
    /// <returns>Its exit status, or that of what went wrong.</returns>
    public static async Task<int> RunAsync(TextWriter errors, Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (UsageException exception)
        {
            return Complain(errors, exception.Message, ExitStatus.Unusable);
        }
        catch (OpsException exception)
        {
            return Complain(errors, exception.Message, exception.Status);
        }
        catch (DeadLettersException exception)
        {
            return Complain(
                errors, exception.Message, exception.IsUnusable ? ExitStatus.Unusable : ExitStatus.Failed);
        }
        catch (OperationCanceledException)
        {
            return Complain(errors, "stopped before the end", ExitStatus.Failed);
        }
    }

    /// <summary>Says what is wrong; the text may quote a server or a letter.</summary>
    public static int Complain(TextWriter errors, string message, int status)
    {
        errors.WriteLine($"error: {SafeText.Of(message)}");
        return status;
    }
}
