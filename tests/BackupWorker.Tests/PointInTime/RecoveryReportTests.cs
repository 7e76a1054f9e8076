using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class RecoveryReportTests
{
    private static readonly WalSegment First = new(1, 4, 16 << 20);
    private static readonly DateTimeOffset At = new(2026, 11, 28, 2, 0, 0, TimeSpan.Zero);
    private static readonly WalFetch Whole = new(2, First.Next, LastIsTail: false, null);
    private static readonly WalFetch Gap = new(1, First, LastIsTail: false, First.Next);

    [Fact]
    public void All_that_there_is_is_restored()
    {
        var report = Report(Whole, First.Next.Start);

        Assert.Equal((RestoreVerdict.Restored, 1), (report.Verdict, (int)report.Timeline!));
        Assert.StartsWith("Base backup aaaaaaaa and the write-ahead log of timeline 1 are restored into /srv/data; no transaction followed it.", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_that_cannot_be_fetched_is_another_verdict_than_restored()
    {
        var report = Report(Gap, First.Start);

        Assert.Equal((RestoreVerdict.LogMissing, "/srv/data"), (report.Verdict, report.DataDirectory));
        Assert.StartsWith(
            "NOT ALL OF IT IS THERE. The write-ahead log of timeline 1 goes on in storage, but 000000010000000000000005 is whole in no destination, so that what "
            + "follows cannot be recovered. Base backup aaaaaaaa ",
            report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_is_log_that_PostgreSQL_did_not_read()
    {
        var report = Report(Whole, First.Start);

        Assert.Equal(RestoreVerdict.LogMissing, report.Verdict);
        Assert.StartsWith(
            "NOT ALL OF IT IS THERE. The write-ahead log of timeline 1 reaches into 000000010000000000000005 in storage, and PostgreSQL recovered it only until "
            + "0/4000000. ",
            report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_is_a_destination_that_cannot_be_read()
    {
        var report = Report(Whole, First.Next.Start, unread: "s3://bucket");

        Assert.Equal(RestoreVerdict.LogMissing, report.Verdict);
        Assert.StartsWith("NOT ALL OF IT IS THERE. s3://bucket could not be read, and may hold more of the write-ahead log. ", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_was_reached_lies_before_what_is_missing() =>
        Assert.Equal(RestoreVerdict.Restored, Report(Gap, First.Start, At).Verdict);

    [Fact]
    public void A_time_that_was_reached_may_be_another_along_a_timeline_that_could_not_be_seen()
    {
        var report = Report(Whole, First.Next.Start, At, unread: "s3://bucket");

        Assert.Equal(RestoreVerdict.Restored, report.Verdict);
        Assert.EndsWith(
            " s3://bucket could not be read, and may hold a newer timeline than 1, along which that time would be another state.", report.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3://bucket", Report(Whole, First.Next.Start, At, unread: "s3://bucket", timeline: 1).Message, StringComparison.Ordinal);
    }

    /// <summary>Taken back to before a mistake, and then lost before a base backup was made anew.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_newer_timeline_left_behind_is_another_verdict_than_restored(bool atATime)
    {
        var report = Report(Whole, First.Next.Start, atATime ? At : null, newest: "00000002.history");

        Assert.Equal((RestoreVerdict.LogMissing, "/srv/data"), (report.Verdict, report.DataDirectory));
        Assert.StartsWith(
            "NOT ALL OF IT IS THERE. The server went on with timeline 2, to which no base backup leads that could be used: this is the older timeline 1, and maybe what "
            + "the server was taken back from. If that is what you want, say so: --timeline 1. Base backup aaaaaaaa ",
            report.Message, StringComparison.Ordinal);
        Assert.Equal(RestoreVerdict.Restored, Report(Whole, First.Next.Start, newest: "00000002.history", timeline: 1).Verdict);
        Assert.Equal(RestoreVerdict.LogMissing, Report(Whole, First.Next.Start, newest: "000000020000000000000005").Verdict);
    }

    [Fact]
    public void A_failure_is_told_with_what_is_missing()
    {
        var report = Report(Gap, First.Start, At, error: "It failed.");

        Assert.Equal((RestoreVerdict.Failed, null), (report.Verdict, report.DataDirectory));
        Assert.StartsWith("It failed. The write-ahead log of timeline 1 goes on in storage", report.Message, StringComparison.Ordinal);
        Assert.Equal("It failed.", Report(Whole, redoneUntil: null, At, error: "It failed.").Message);
    }

    private static PointInTimeResult Report(
        WalFetch fetched, WalPosition? redoneUntil, DateTimeOffset? at = null, string? unread = null, string? error = null, uint? timeline = null, string newest = "000000010000000000000004") => RecoveryReport.Of(
        new(
            ABase.Of(First),
            WalTimeline.Read(1, ""),
            [First, First.Next],
            new Dictionary<string, byte[]>(),
            new(new Dictionary<string, List<(BackupWorker.Storage.IBackupStorage, WalFileKind)>> { [newest] = [] }, unread is null ? [] : [unread])),
        fetched,
        new(at, "/srv/data", timeline),
        "/usr/lib/postgresql/15/bin/postgres",
        new(error, null, redoneUntil));
}
