using Spectre.Console;
using Votes.DeadLetters;
using Votes.Ops.DeadLetters;

namespace Votes.Ops.CommandLine;

/// <summary>Tells a terminal how far a walk is; a pipe or a file hears nothing of it.</summary>
internal static class WalkProgress
{
    public static Task<WalkReport> ShowAsync(
        IAnsiConsole console, Func<IProgress<(long Done, long Of)>, Task<WalkReport>> walk) =>
        console.Profile.Out.IsTerminal
            ? console.Status().StartAsync("looking at the dead letters", status => walk(new Line(status)))
            : walk(new Line(null));

    private sealed class Line(StatusContext? status) : IProgress<(long Done, long Of)>
    {
        private const int Each = 500;

        public void Report((long Done, long Of) value)
        {
            if (status is not null && value.Done % Each == 0)
                status.Status($"{LettersView.Text(value.Done)} of {LettersView.Text(value.Of)} dead letters");
        }
    }
}
