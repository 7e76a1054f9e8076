using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Runs;
using Spectre.Console;

namespace ProdReady.BackupWorker.Cli;

/// <summary>How far a command is, on standard error: bars on a terminal; elsewhere each step is a line, and bytes are not told.</summary>
internal static class ProgressBar
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Shows work that tells its steps and bytes.</summary>
    /// <param name="title">What it is, in front of the bar.</param>
    /// <param name="work">The work.</param>
    public static async Task<T> ShowAsync<T>(string title, Func<RestoreProgress, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            return await work(new(Console.Error.WriteLine));
        }

        var console = Terminal();
        return await Bars(console).StartAsync(async context =>
        {
            var bar = context.AddTask(Markup.Escape(title));
            bar.IsIndeterminate = true;
            return await work(new(console.WriteLine, (done, total) => Set(bar, done, total)));
        });
    }

    /// <summary>Shows runs, which are looked at now and then.</summary>
    public static async Task<T> ShowAsync<T>(IReadOnlyList<StartedRun> runs, Func<Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            return await work();
        }

        return await Bars(Terminal()).StartAsync(async context =>
        {
            var bars = runs.Select(run => (Run: run, Bar: context.AddTask(Markup.Escape(run.Database)))).ToList();
            var result = work();
            while (await Task.WhenAny(result, Task.Delay(Interval, TimeProvider.System)) != result)
            {
                foreach (var (run, bar) in bars.Where(pair => pair.Run.Progress.Total > 0))
                {
                    bar.Description = Markup.Escape($"{run.Database}: {run.Progress.Stage.ToString().ToLowerInvariant()}");
                    Set(bar, run.Progress.Done, run.Progress.Total);
                }
            }

            return await result;
        });
    }

    private static void Set(ProgressTask bar, long done, long total)
    {
        bar.IsIndeterminate = false;
        // An estimate can be too low, and a bar that is full stays so
        bar.MaxValue = Math.Max(total, done + 1);
        bar.Value = done;
    }

    private static IAnsiConsole Terminal() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    private static Progress Bars(IAnsiConsole console) => console.Progress()
        .AutoClear(true)
        .Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(),
            new TransferSpeedColumn(), new RemainingTimeColumn());
}
