using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>A server that wrote segments 2 to 9 of timeline 1, was restored to within segment 6, and wrote segments 6 to 8 of timeline 2.</summary>
public sealed class WalTimelineTests
{
    private const long Size = 16 << 20;
    private const string History = "1\t0/6000098\tbefore 2026-11-28 02:00:00+00\n";

    private static readonly WalTimeline First = WalTimeline.Read(1, "");
    private static readonly WalTimeline Second = WalTimeline.Read(2, History);
    private static readonly IReadOnlyList<WalSegment> Stored = [.. Segments(1, 2, 9), .. Segments(2, 6, 8)];

    [Fact]
    public void History_is_read_as_PostgreSQL_writes_it()
    {
        var third = WalTimeline.Read(3, $"# a comment\n\n{History}2 1/0 no recovery target specified");

        Assert.Equal(
            [new(1, new(0), new(0x6000098)), new(2, new(0x6000098), new(0x100000000)), new(3, new(0x100000000), null)], third.Parts);
        Assert.Throws<FormatException>(() => WalTimeline.Read(2, "one"));
    }

    [Fact]
    public void It_goes_over_to_the_new_timeline_in_the_segment_where_that_begins() =>
        Assert.Equal([.. Segments(1, 4, 5), .. Segments(2, 6, 8)], Second.Needed(Stored, Base(4)));

    [Fact]
    public void The_old_timeline_can_be_followed_to_its_end() => Assert.Equal(Segments(1, 4, 9), First.Needed(Stored, Base(4)));

    [Fact]
    public void What_is_missing_is_needed_where_later_segments_are_listed()
    {
        Assert.Equal([.. Segments(1, 4, 5), .. Segments(2, 6, 8)], Second.Needed([.. Segments(1, 4, 4), .. Segments(2, 8, 8)], Base(4)));
        Assert.Equal([.. Segments(1, 4, 4)], First.Needed([], Base(4)));
    }

    [Fact]
    public void Timeline_of_which_nothing_is_stored_yet_ends_with_the_old_one() =>
        Assert.Equal(Segments(1, 4, 6), Second.Needed(Segments(1, 2, 9), Base(4)));

    [Fact]
    public void A_base_backup_from_after_the_parting_is_no_beginning_of_the_other_timeline()
    {
        Assert.True(Second.Continues(Base(4)));
        Assert.False(Second.Continues(Base(7)));
        Assert.True(First.Continues(Base(7)));
        Assert.False(First.Continues(Base(7, timeline: 2)));
    }

    /// <summary>The last segment was fetched, and PostgreSQL must have read it.</summary>
    [Theory]
    [InlineData("0/8000060", false, true)]
    [InlineData("0/7FFFFD0", false, false)]
    [InlineData("0/7FFFFD0", true, true)]
    [InlineData("0/6FFFFD0", true, false)]
    [InlineData(null, true, false)]
    public void Redo_must_end_in_the_last_segment_or_before_a_tail_without_a_whole_record(string? position, bool isTail, bool isRead) =>
        Assert.Equal(isRead, new WalFetch(3, new(2, 8, Size), isTail, null).IsReadBy(position is null ? null : WalPosition.Parse(position)));

    private static IReadOnlyList<WalSegment> Segments(uint timeline, int first, int last) =>
        [.. Enumerable.Range(first, last - first + 1).Select(number => new WalSegment(timeline, (ulong)number, Size))];

    private static BaseManifest Base(int segment, uint timeline = 1) => ABase.Of(new(timeline, (ulong)segment, Size));
}
