using System.CommandLine;
using System.CommandLine.Parsing;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>restore --at TIME --data-directory DIRECTORY</c>.</summary>
internal sealed class RestoreAtOptions
{
    /// <summary>Makes it a restore of the whole server.</summary>
    public Option<string?> At { get; } = new("--at")
    {
        Description = $"Restores the whole server as it was at this time (UTC unless it says another offset), or '{BackupChoice.Latest}', from a base "
            + "backup and the write-ahead log.",
        HelpName = "time",
    };

    /// <summary>Where to.</summary>
    public Option<string?> DataDirectory { get; } = new("--data-directory")
    {
        Description = "With --at: the data directory to build. It must not exist, or be empty.",
        HelpName = "directory",
    };

    /// <summary>Along which timeline.</summary>
    public Option<uint?> Timeline { get; } = new("--timeline")
    {
        Description = "With --at: the timeline to follow, of a server that was restored before. Without it: the newest one. What was written on another one "
            + "after they parted is not restored.",
        HelpName = "number",
    };

    /// <summary>What does not go together, in a sentence.</summary>
    public string? WhyNot(CommandResult result, Argument<string?> id, Option<string?> into, Option<string?> database)
    {
        var isDatabase = result.GetValue(id) is not null || result.GetValue(into) is not null || result.GetValue(database) is not null;
        return (result.GetValue(At), result.GetValue(DataDirectory)) switch
        {
            (null, not null) => "--data-directory goes with --at.",
            (null, _) when result.GetValue(Timeline) is not null => "--timeline goes with --at.",
            (null, null) when result.GetValue(id) is null => "Name a backup: its id, 'latest' or 'before:TIME'. Or restore the whole server with --at.",
            (null, null) when result.GetValue(into) is null => "Option '--into' is required.",
            (not null, _) when isDatabase => "--at restores the whole server: no backup's id, --into or --database goes with it.",
            (not null, null) => "Name the directory to build with --data-directory.",
            ({ } at, _) => PointInTimeRequest.TryParseTime(at, out _),
            _ => null,
        };
    }

    /// <summary>Restores.</summary>
    public Task<int> RunAsync(ParseResult parsed, bool json, CancellationToken cancellationToken) => CliAction.RunAsync(
        needsDatabase: false,
        async (host, token) =>
        {
            _ = PointInTimeRequest.TryParseTime(parsed.GetValue(At)!, out var at);
            var restore = host.Services.GetRequiredService<PointInTimeRestore>();
            var request = new PointInTimeRequest(at, parsed.GetValue(DataDirectory)!, parsed.GetValue(Timeline));
            var result = await ProgressBar.ShowAsync("Restore", progress => restore.RestoreAsync(request, progress, token));
            if (json)
            {
                Screen.WriteJson(result);
                return ExitCode.Of(result.Verdict);
            }

            if (result.Verdict != RestoreVerdict.Restored)
            {
                return await CliAction.FailAsync(ExitCode.Of(result.Verdict), result.Message);
            }

            await Console.Out.WriteLineAsync($"OK. {result.Message}");
            return ExitCode.Ok;
        },
        cancellationToken);
}
