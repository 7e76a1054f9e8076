using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.PointInTime.Recovery;

/// <summary>Says what a recovery came to, and above all what it did not reach.</summary>
internal static class RecoveryReport
{
    /// <summary>Weighs it.</summary>
    /// <param name="plan">The log that was to be recovered.</param>
    /// <param name="fetched">What there was of it.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="postgres">The server's program.</param>
    /// <param name="outcome">What PostgreSQL said.</param>
    public static PointInTimeResult Of(WalPlan plan, WalFetch fetched, PointInTimeRequest request, string postgres, RecoveryOutcome outcome)
    {
        var lacking = request.Timeline is null ? Abandoned(plan) : null;
        var isOtherState = lacking is not null;
        lacking ??= WhatIsMissing(plan, fetched, outcome);
        var result = new PointInTimeResult(
            RestoreVerdict.Restored, "", plan.Manifest.Id, request.DataDirectory, outcome.LastCommit, plan.Timeline.Number);
        return outcome.Error is { } error
                ? result with { Verdict = RestoreVerdict.Failed, Message = lacking is null ? error : $"{error} {lacking}", DataDirectory = null }
            // A time that was reached lies before whatever is missing
            : lacking is null || (request.At is not null && !isOtherState)
                ? result with { Message = Restored(plan, request, postgres, outcome) + OtherTimelines(plan, request) }
                : result with { Verdict = RestoreVerdict.LogMissing, Message = $"NOT ALL OF IT IS THERE. {lacking} {Restored(plan, request, postgres, outcome)}" };
    }

    /// <summary>A base backup that a newer timeline does not go through is of what the server was taken back from.</summary>
    private static string? Abandoned(WalPlan plan) => plan.Newest == plan.Timeline.Number
        ? null
        : $"The server went on with timeline {plan.Newest}, to which no base backup leads that could be used: this is the older timeline {plan.Timeline.Number}, and maybe what "
            + $"the server was taken back from. If that is what you want, say so: --timeline {plan.Timeline.Number}.";

    private static string? WhatIsMissing(WalPlan plan, WalFetch fetched, RecoveryOutcome outcome) => fetched switch
    {
        { Missing: { } gap } =>
            $"The write-ahead log of timeline {plan.Timeline.Number} goes on in storage, but {gap} is whole in no destination, so that what follows cannot be recovered.",
        _ when !fetched.IsReadBy(outcome.RedoneUntil) && outcome is not { Error: not null, RedoneUntil: null } =>
            $"The write-ahead log of timeline {plan.Timeline.Number} reaches into {fetched.Last} in storage, and PostgreSQL recovered it only until "
            + $"{outcome.RedoneUntil?.ToString() ?? "a position that it did not tell"}.",
        _ when plan.Listing.Unread.Count > 0 =>
            $"{string.Join(" and ", plan.Listing.Unread)} could not be read, and may hold more of the write-ahead log.",
        _ => null,
    };

    /// <summary>What was so at that time depends on the timeline.</summary>
    private static string OtherTimelines(WalPlan plan, PointInTimeRequest request) => request.Timeline is null && plan.Listing.Unread.Count > 0
        ? $" {string.Join(" and ", plan.Listing.Unread)} could not be read, and may hold a newer timeline than {plan.Timeline.Number}, along which that time "
            + "would be another state."
        : "";

    private static string Restored(WalPlan plan, PointInTimeRequest request, string postgres, RecoveryOutcome outcome)
    {
        var directory = request.DataDirectory;
        var until = outcome.LastCommit is { } last
            ? $"its last transaction was committed at {last.UtcDateTime:yyyy-MM-dd HH:mm:ss.FFFFFF}Z"
            : "no transaction followed it";
        var settings = File.Exists(Path.Combine(directory, "postgresql.conf"))
            ? ""
            : " It holds no postgresql.conf, as on Debian, where the settings are in /etc/postgresql: point data_directory there at it.";
        return $"Base backup {plan.Manifest.Id} and the write-ahead log of timeline {plan.Timeline.Number} are restored into {directory}; {until}. "
            + $"Start it as the account that owns it: {Path.Combine(Path.GetDirectoryName(postgres)!, "pg_ctl")} -D '{directory}' start.{settings}";
    }
}
