using Spectre.Console;

namespace Votes.LoadTest;

/// <summary>Shows a run's phases as progress bars.</summary>
public static class ProgressView
{
    /// <summary>Runs the work while its bars are shown.</summary>
    public static async Task<T> ShowAsync<T>(IAnsiConsole console, Func<IProgress<LoadProgress>, Task<T>> work)
    {
        var result = default(T)!;
        await console.Progress()
            .AutoClear(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new ElapsedTimeColumn(), new SpinnerColumn())
            .StartAsync(async context => result = await work(new Bars(context)));
        return result;
    }

    private sealed class Bars(ProgressContext context) : IProgress<LoadProgress>
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<LoadPhase, ProgressTask> _tasks = [];

        public void Report(LoadProgress value)
        {
            lock (_lock)
            {
                if (!_tasks.TryGetValue(value.Phase, out var task))
                {
                    // A phase that begins ends the ones before it, whether or not they came to their full number.
                    foreach (var earlier in _tasks.Values)
                        earlier.StopTask();
                    _tasks.Add(value.Phase, task = context.AddTask(value.Phase.ToString()));
                }

                task.MaxValue = Math.Max(1, value.Expected);
                task.Value = value.Done;
                task.Description = value.Note.Length > 0
                    ? $"{value.Phase} [grey]{Markup.Escape(value.Note)}[/]"
                    : value.Phase.ToString();
            }
        }
    }
}
