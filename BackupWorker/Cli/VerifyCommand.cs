using System.CommandLine;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Verifying;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>verify</c>.</summary>
internal static class VerifyCommand
{
    private const string All = "all";

    public static Command Create(Option<bool> json)
    {
        var id = new Argument<string>("id")
        {
            Description = $"The backup's id or name, '{BackupChoice.Latest}' for the newest good one, 'before:TIME' for the newest good one from before a time, or '{All}'.",
        };
        var database = new Option<string?>("--database")
        {
            Description = $"Whose backup, with '{BackupChoice.Latest}' and 'before:TIME'. Without it: the first database that is configured.",
            HelpName = "database",
        };
        var command = new Command("verify", "Reads every copy of a backup as a whole: decrypts, decompresses, hashes and decodes it.") { id, database };
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: false,
            (host, token) => RunAsync(host, result.GetRequiredValue(id), result.GetValue(database), result.GetValue(json), token),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IHost host, string which, string? database, bool json, CancellationToken cancellationToken)
    {
        if (BackupChoice.TryParse(which, out var choice) is { } mistake)
        {
            return await CliAction.FailAsync(ExitCode.Usage, mistake);
        }

        var shelves = host.Services.GetRequiredService<BackupShelves>();
        var all = await shelves.LookAsync(cancellationToken);
        var listing = all;
        database ??= host.Services.GetRequiredService<BackupSources>().All()[0].Database;
        if (choice.IsNewest)
        {
            listing = listing.Of(
                choice.Find(listing.Copies, database) is [var newest, ..] ? newest.Name
                : choice.Find(listing.Unusable, database) is [var unusable, ..] ? unusable.Name
                : null);
        }
        else if (which != All)
        {
            listing = listing.Of(listing.NameOf(which));
        }

        if (listing.IsEmpty)
        {
            var none = NoBackup.Of(which == All ? new(BackupChoice.Latest, null) : choice, all, database, shelves.Locations);
            return await CliAction.FailAsync(none.Verdict == RestoreVerdict.NotFound ? ExitCode.NotFound : ExitCode.Failed, none.Message);
        }

        var verified = await ProgressBar.ShowAsync(
            "Verify", progress => host.Services.GetRequiredService<VerifyHandler>().VerifyAsync(listing, progress, cancellationToken));
        Write(verified, json);
        foreach (var one in listing.NotRead)
        {
            await Console.Error.WriteLineAsync(one.Sentence);
        }

        return verified.Any(copy => copy.Status == VerifiedCopy.Corrupt) ? ExitCode.Corrupt
            : verified.Any(copy => copy.Status == VerifiedCopy.Unreadable) || listing.NotRead.Count > 0 ? ExitCode.Failed
            : ExitCode.Ok;
    }

    private static void Write(IReadOnlyList<VerifiedCopy> verified, bool json)
    {
        if (json)
        {
            Screen.WriteJson(verified);
            return;
        }

        Screen.WriteTable(
            ["Id", "Database", "Destination", "Status", "Error"],
            verified.Select(copy => new[] { copy.Id, copy.Database, copy.Destination, copy.Status, copy.Error ?? "" }));
    }
}
