using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class PointInTimeRetentionTests
{
    private const long Size = 16 << 20;
    private const ulong Ours = 1;
    private const ulong Others = 2;

    private static readonly DateTimeOffset Start = new(2026, 11, 1, 1, 0, 0, TimeSpan.Zero);

    private static readonly IReadOnlyList<StoredWal> Log = [.. Enumerable.Range(1, 40).Select(number => Wal(Ours, number, day: number))];

    [Fact]
    public void The_newest_stay_and_the_log_from_the_oldest_of_them_on()
    {
        var plan = Plan(Ours, [Base(8), Base(15), Base(22)], Log, kept: 2);

        Assert.Equal([NameOf(8)], plan.Bases);
        Assert.Equal(Enumerable.Range(1, 14).Select(number => Wal(Ours, number, number).Name), plan.Wal.Select(file => file.Name));
    }

    [Fact]
    public void Nothing_goes_while_newer_ones_cannot_be_restored()
    {
        var plan = Plan(Ours, [Base(8), Base(15, isGood: false), Base(22, isGood: false)], Log, kept: 1);

        Assert.Empty(plan.Bases);
        Assert.Equal(7, plan.Wal.Count);
    }

    [Fact]
    public void Bad_ones_older_than_those_that_stay_go() =>
        Assert.Equal([NameOf(8)], Plan(Ours, [Base(8, isGood: false), Base(15)], Log, kept: 1).Bases);

    [Fact]
    public void Without_a_good_base_backup_all_stays()
    {
        var none = Plan(Ours, [], Log, kept: 1);
        var bad = Plan(Ours, [Base(8, isGood: false)], Log, kept: 1);

        Assert.Equal((0, 0, 0, 0), (none.Bases.Count, none.Wal.Count, bad.Bases.Count, bad.Wal.Count));
    }

    [Fact]
    public void The_log_stays_while_nobody_knows_what_a_newer_base_backup_needs() =>
        Assert.Empty(Plan(Ours, [Base(8), new(NameOf(15), null, null, IsGood: false)], Log, kept: 1).Wal);

    [Fact]
    public void Segments_of_newer_timelines_count_by_their_number()
    {
        var plan = Plan(Ours, [Base(15)], [Wal(Ours, 14, 14, timeline: 2), Wal(Ours, 15, 15, timeline: 2)], kept: 1);

        Assert.Equal("00000002000000000000000E", Assert.Single(plan.Wal).Name.Name);
    }

    [Fact]
    public void One_that_nobody_can_read_may_be_anothers_and_holds_nothing_up_once_newer_ones_stay()
    {
        var plan = Plan(Ours, [new(NameOf(8), null, null, IsGood: false), Base(15), Base(22)], Log, kept: 1);

        Assert.Equal([NameOf(15)], plan.Bases);
        Assert.Equal(21, plan.Wal.Count);
    }

    /// <summary>A server that was set up anew, or another stack in the same place: each keeps as many as its own settings say.</summary>
    [Fact]
    public void What_is_another_servers_stays()
    {
        IReadOnlyList<StoredWal> log = [Wal(Others, 1, day: 1), Wal(Others, 30, day: 20), Wal(Ours, 1, day: 21), Wal(Ours, 2, day: 22)];
        BaseCandidate[] bases = [Base(18, Others, first: 20), Base(20, Others, first: 30), Base(22, Ours, first: 2)];

        var plan = Plan(Ours, bases, log, kept: 1);

        Assert.Empty(plan.Bases);
        Assert.Equal((Ours, 1), (Assert.Single(plan.Wal).Name.System, NumberOf(plan.Wal[0])));
        // Before it has a base backup of its own
        Assert.Empty(Plan(Ours, bases[..2], log, kept: 1).Wal);
    }

    /// <summary>Tonight's was tried twice, and one was made by hand after a mistake: the way back to before it must stay.</summary>
    [Fact]
    public void Of_those_of_one_time_the_newest_counts_alone()
    {
        BaseCandidate[] bases = [Base(8), Base(15), Base(22), Base(22) with { Name = NameOf(22, minutes: 10) }, Base(22) with { Name = NameOf(22, minutes: 700) }];

        Assert.Equal([NameOf(8)], Plan(Ours, bases, Log, kept: 2).Bases);
        Assert.Equal(bases[..4].Select(one => one.Name), Plan(Ours, [.. bases, Base(23)], Log, kept: 2).Bases);
    }

    private static BackupName NameOf(int day, int minutes = 0) => new("server", Start.AddDays(day).AddMinutes(minutes), $"{day + (100 * minutes):D8}");

    private static BaseCandidate Base(int day, ulong system = Ours, int? first = null, bool isGood = true) =>
        new(NameOf(day), system, new WalSegment(1, (ulong)(first ?? day), Size), isGood);

    private static PointInTimePlan Plan(ulong system, IReadOnlyList<BaseCandidate> bases, IReadOnlyList<StoredWal> wal, int kept) =>
        PointInTimeRetention.Plan(system, bases, wal, kept, TimeSpan.FromHours(12));

    private static StoredWal Wal(ulong system, int number, int day, uint timeline = 1)
    {
        var name = new WalFileName("server", system, new WalSegment(timeline, (ulong)number, Size).Name, WalFileKind.Whole);
        return new(name, new(name.ToString(), 1, Start.AddDays(day).AddMinutes(-1)));
    }

    private static int NumberOf(StoredWal file) => WalSegment.TryParse(file.Name.Name, Size, out var segment) ? (int)segment.Number : 0;
}
