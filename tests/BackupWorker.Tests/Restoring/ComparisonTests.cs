using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>What follows when all is restored: it is compared, and never dropped for a reason of the comparison's own.</summary>
public sealed class ComparisonTests(DataStores stores)
{
    private const string MarkSql =
        "SELECT coalesce((SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{0}'), '')";

    [Fact]
    public async Task Limits_for_applications_do_not_end_it()
    {
        // Somebody locks the table for a moment that is longer than an application may wait
        var (result, mark) = await RestoreAsync(
            """
            "$psql" -c "ALTER DATABASE \"$PGDATABASE\" SET lock_timeout = 100" > /dev/null
            "$psql" -c "BEGIN; LOCK TABLE t; SELECT pg_sleep(2)" > /dev/null 2>&1 < /dev/null &
            until [ "$("$psql" -A -t -c "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND mode = 'AccessExclusiveLock'")" = 1 ]; do sleep 0.05; done
            """);

        Assert.True(result.Verdict == RestoreVerdict.Restored, result.Message);
        Assert.Equal("", mark);
    }

    [Fact]
    public async Task A_database_that_cannot_be_compared_is_kept_and_marked()
    {
        var (result, mark) = await RestoreAsync("\"$psql\" -d postgres -c \"ALTER DATABASE \\\"$PGDATABASE\\\" ALLOW_CONNECTIONS false\"");

        Assert.Equal((RestoreVerdict.NotCompared, ExitCode.NotCompared), (result.Verdict, ExitCode.Of(result.Verdict)));
        Assert.Equal(
            $"Backup {result.Id} is restored into '{result.Target}', but cannot be compared with the backup. The database answered: database "
            + $"\"{result.Target}\" is not currently accepting connections (55000). '{result.Target}' is left for you to look at; remove it with: "
            + $"DROP DATABASE \"{result.Target}\";",
            result.Message);
        Assert.Matches(
            $"^ProdReady restores backup {result.Id} into this database, since [0-9T:-]{{19}}Z\\. It takes this comment away when every row is there: "
            + "as long as you read it and no restore is under way, rows may be missing\\.$",
            mark);
    }

    /// <summary>Restores, and has a script do something before the last pg_restore ends.</summary>
    private async Task<(RestoreResult Result, string Mark)> RestoreAsync(string script)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE t AS SELECT n FROM generate_series(1, 10) n; CREATE INDEX ON t (n)");
        Assert.Null(Assert.Single(await fixture.Start().BackUpNowAsync()).Error);
        var app = fixture.Start(FakeTools.Create(
            fixture.Root,
            "pg_restore",
            $"\"$real\" \"$@\" || exit $?\npsql=$(dirname \"$real\")/psql\ncase \"$*\" in *--jobs*)\n{script}\n;; esac"));
        var target = fixture.Target();
        var result = await BackupsFixture.RestoreAsync(app, BackupChoice.Latest, target.Name);
        var mark = await BackupsFixture.ScalarAsync<string>(
            fixture.Database.ConnectionString, MarkSql.Replace("{0}", target.Name, StringComparison.Ordinal));
        return (result, mark);
    }
}
