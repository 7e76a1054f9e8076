using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Why there is no backup to work on. What nobody could look at is not called missing.</summary>
/// <param name="Verdict">Whether there is none, or it is damaged, or nobody can tell now.</param>
/// <param name="Message">The same in a sentence or two.</param>
internal sealed record NoBackup(RestoreVerdict Verdict, string Message)
{
    /// <summary>Tells which.</summary>
    /// <param name="choice">What was asked for, and not found among the copies.</param>
    /// <param name="listing">What there is.</param>
    /// <param name="database">Whose newest backup.</param>
    /// <param name="locations">Where it was looked for.</param>
    public static NoBackup Of(BackupChoice choice, BackupListing listing, string database, string locations)
    {
        var unusable = choice.Find(listing.Unusable, database);
        var known = unusable.Count > 0
            ? [$"No manifest of {(choice.IsNewest ? $"a backup of '{database}'" : $"backup '{choice.Text}'")} can be used.",
                .. unusable.Where(manifest => manifest.Name == unusable[0].Name).Select(manifest => $"{manifest.Shelf.Name}: {manifest.Problem}")]
            : new[] { choice.WhyNotFound(listing.Copies, database, listing.NotRead.Count > 0 ? $"what can be read of {locations}" : locations) };
        return new(
            // A good copy may be where nobody could look
            listing.NotRead.Count > 0 || unusable.Any(manifest => !manifest.IsDamaged) ? RestoreVerdict.Unreadable
            : unusable.Count > 0 ? RestoreVerdict.Corrupt
            : RestoreVerdict.NotFound,
            string.Join(' ', known.Concat(listing.NotRead.Select(one => one.Sentence))));
    }

    /// <summary>As endpoints answer it.</summary>
    /// <exception cref="StorageException">Nobody can tell now, which <see cref="AwayFilter"/> answers.</exception>
    public ProblemHttpResult Answer() => Verdict switch
    {
        RestoreVerdict.NotFound => BackupProblems.NotFound(Message),
        RestoreVerdict.Corrupt => BackupProblems.Conflict("The backup is damaged", Message),
        _ => throw new StorageException(Message),
    };
}
