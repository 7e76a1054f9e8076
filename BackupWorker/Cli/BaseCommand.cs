using System.CommandLine;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>base</c>.</summary>
internal static class BaseCommand
{
    public static Command Create(Option<bool> json)
    {
        var command = new Command("base", "Makes a base backup of the whole server now, which restores to a point in time begin with.");
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: true, (host, token) => RunAsync(host, result.GetValue(json), token), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, bool json, CancellationToken cancellationToken)
    {
        if (!host.Services.GetRequiredService<IOptions<PointInTimeOptions>>().Value.Enabled)
        {
            return await CliAction.FailAsync(ExitCode.Configuration, BaseBackup.NotEnabled);
        }

        await using var held = await RunLock.TryTakeAsync(
            host.Services.GetRequiredService<BackupSources>().Home, RunLock.Bases, cancellationToken);
        if (held is null)
        {
            return await CliAction.FailAsync(ExitCode.Busy, "Another base backup is under way.");
        }

        var result = await ProgressBar.ShowAsync(
            "Base backup", progress => host.Services.GetRequiredService<BaseBackup>().MakeAsync(held, progress, cancellationToken));
        foreach (var warning in result.Warnings)
        {
            await Console.Error.WriteLineAsync($"Warning: {warning}");
        }

        if (json)
        {
            Screen.WriteJson(result);
        }
        else if (result.Failure is null)
        {
            await Console.Out.WriteLineAsync(
                $"OK. Base backup {result.Manifest.Id}: {Screen.Size(result.Manifest.Archive.Size)} in {string.Join(", ", result.Restorable)}. "
                + $"The server can be restored to any time from {Screen.Time(result.Manifest.EndedAt)} on.");
        }

        return result.Failure is { } failure ? await CliAction.FailAsync(ExitCode.LogMissing, failure)
            : result.Restorable.Count < host.Services.GetRequiredService<BackupShelves>().All.Count ? ExitCode.Failed
            : ExitCode.Ok;
    }
}
