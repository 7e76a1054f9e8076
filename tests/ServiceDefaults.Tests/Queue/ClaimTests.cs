using Npgsql;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>What the table does, without a worker.</summary>
public sealed class ClaimTests(DataStores stores) : QueueTest(stores)
{
    [Fact]
    public async Task Job_is_there_if_and_when_its_transaction_commits()
    {
        var app = await StartAsync();
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using (var dropped = await connection.BeginTransactionAsync(Cancellation))
        {
            Assert.True(await app.Queue.EnqueueAsync(connection, New(1), Cancellation));
            await dropped.RollbackAsync(Cancellation);
        }

        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        Assert.True(await app.Queue.EnqueueAsync(connection, New(2), Cancellation));
        Assert.Empty((await app.ClaimAsync()).Jobs);

        await transaction.CommitAsync(Cancellation);
        Assert.Equal(2, Read(Assert.Single((await app.ClaimAsync()).Jobs)).Number);
    }

    [Fact]
    public async Task Payload_comes_back_as_it_was()
    {
        var app = await StartAsync();
        var item = new Item(7, "Žofie \0 \"quoted\" \ud83d\ude00");

        await app.EnqueueAsync(new NewJob<Item>(item) { MaxAttempts = 3 });

        var job = Assert.Single((await app.ClaimAsync()).Jobs);
        Assert.Equal(item, Read(job));
        Assert.Equal((1, 3), (job.Attempt, job.MaxAttempts));
    }

    [Fact]
    public async Task Higher_priorities_come_first_and_within_one_the_older()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(
            New(1) with { Priority = JobPriority.Low }, New(2), New(3), New(4) with { Priority = JobPriority.High });

        Assert.Equal([4, 2, 3], (await app.ClaimAsync(limit: 3)).Jobs.Select(job => Read(job).Number));
        Assert.Equal([1], (await app.ClaimAsync(limit: 3)).Jobs.Select(job => Read(job).Number));
    }

    [Fact]
    public async Task Job_waits_until_it_is_due()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1) with { Delay = TimeSpan.FromHours(1), Priority = JobPriority.High }, New(2));

        Assert.Equal([2], (await app.ClaimAsync()).Jobs.Select(job => Read(job).Number));

        await app.ScalarAsync<int>("UPDATE tests.jobs SET due_at = due_at - interval '1 hour' WHERE state = 'ready' RETURNING 1");
        Assert.Equal([1], (await app.ClaimAsync()).Jobs.Select(job => Read(job).Number));
    }

    [Fact]
    public async Task Deduplication_key_is_free_again_when_its_job_is_done()
    {
        var app = await StartAsync();
        var job = New(1) with { DeduplicationKey = "invoice-1" };
        Assert.Equal(1, await app.EnqueueAsync(job, job, job));
        var claimed = Assert.Single((await app.ClaimAsync()).Jobs);
        Assert.Equal(0, await app.EnqueueAsync(job));

        await app.FinishAsync(new FinishedJob(claimed.Lease, null, JobEnd.Done));

        Assert.Equal(1, await app.EnqueueAsync(job));
    }

    [Fact]
    public async Task Many_claimers_at_once_get_each_job_once()
    {
        var app = await StartAsync();
        await app.EnqueueAsync([.. Enumerable.Range(0, 500).Select(number => New(number))]);

        var claims = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ClaimAllAsync(app)));

        Assert.Equal(Enumerable.Range(0, 500), claims.SelectMany(claim => claim).Order());
    }

    [Fact]
    public async Task Only_the_claim_that_holds_can_renew_or_end_a_job()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1));
        var first = Assert.Single((await app.ClaimAsync(lease: TimeSpan.Zero)).Jobs);
        Assert.Single(await app.Store.ExpireAsync(QueueApp.QueueName, Cancellation));
        var second = Assert.Single((await app.ClaimAsync()).Jobs);
        Assert.Equal((first.Lease.Id, 2), (second.Lease.Id, second.Attempt));

        foreach (var end in Enum.GetValues<JobEnd>())
        {
            Assert.Empty(await app.FinishAsync(new FinishedJob(first.Lease, null, end)));
        }

        Assert.Empty(await app.Store.RenewAsync([first.Lease], TimeSpan.FromMinutes(1), Cancellation));
        Assert.Equal(1, (await app.DepthAsync()).Running);
        Assert.Equal([second.Lease], await app.Store.RenewAsync([first.Lease, second.Lease], TimeSpan.FromMinutes(1), Cancellation));
        Assert.Single(await app.FinishAsync(new FinishedJob(second.Lease, null, JobEnd.Done)));
        Assert.Equal(default, await app.DepthAsync());
    }

    [Fact]
    public async Task Lease_that_was_renewed_meanwhile_does_not_expire()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1));
        var job = Assert.Single((await app.ClaimAsync()).Jobs);

        // As if it had been over when it was looked for
        Assert.Empty(await app.FinishAsync(new FinishedJob(job.Lease, null, JobEnd.Expire)));

        Assert.Equal(1, (await app.DepthAsync()).Running);
    }

    [Fact]
    public async Task Retry_waits_and_the_last_one_is_dead()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1) with { MaxAttempts = 2 });
        var first = Assert.Single((await app.ClaimAsync()).Jobs);
        Assert.False(Assert.Single(await app.FinishAsync(
            new FinishedJob(first.Lease, null, JobEnd.Retry, TimeSpan.FromHours(1), "busy"))).Dead);
        Assert.Empty((await app.ClaimAsync()).Jobs);

        await app.ScalarAsync<int>("UPDATE tests.jobs SET due_at = due_at - interval '1 hour' RETURNING 1");
        var second = Assert.Single((await app.ClaimAsync()).Jobs);
        Assert.True(Assert.Single(await app.FinishAsync(
            new FinishedJob(second.Lease, null, JobEnd.Retry, TimeSpan.Zero, "still busy"))).Dead);

        var dead = Assert.Single(await app.Queue.ListDeadAsync(0, 10, Cancellation));
        Assert.Equal((2, "still busy"), (dead.Attempts, dead.Reason));
        Assert.Empty(await app.Queue.ListDeadAsync(dead.Id, 10, Cancellation));
    }

    [Fact]
    public async Task Job_whose_workers_die_is_dead_after_its_last_attempt()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1) with { MaxAttempts = 2 });
        foreach (var dead in new[] { false, true })
        {
            await app.ClaimAsync(lease: TimeSpan.Zero);
            Assert.Equal(dead, Assert.Single(await app.Store.ExpireAsync(QueueApp.QueueName, Cancellation)).Dead);
        }

        Assert.Contains("died", Assert.Single(await app.Queue.ListDeadAsync(0, 10, Cancellation)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_job_that_is_requeued_has_all_its_attempts_again()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1) with { MaxAttempts = 1 });
        var job = Assert.Single((await app.ClaimAsync()).Jobs);
        await app.FinishAsync(new FinishedJob(job.Lease, null, JobEnd.Dead, Reason: "no such address"));

        Assert.Equal(1, await app.Queue.RequeueDeadAsync([job.Lease.Id, 12345], Cancellation));

        Assert.Equal(1, Assert.Single((await app.ClaimAsync()).Jobs).Attempt);
        Assert.Equal(0, await app.Queue.RequeueDeadAsync([job.Lease.Id], Cancellation));
    }

    [Fact]
    public async Task Released_job_goes_back_to_its_place_and_keeps_its_attempts()
    {
        var app = await StartAsync();
        await app.EnqueueAsync(New(1));
        await app.EnqueueAsync(New(2));
        var job = Assert.Single((await app.ClaimAsync(limit: 1)).Jobs);

        await app.FinishAsync(new FinishedJob(job.Lease, null, JobEnd.Release));

        var again = Assert.Single((await app.ClaimAsync(limit: 1)).Jobs);
        Assert.Equal((job.Lease.Id, 1), (again.Lease.Id, again.Attempt));
    }

    private static async Task<List<int>> ClaimAllAsync(QueueApp app)
    {
        var numbers = new List<int>();
        while ((await app.ClaimAsync(limit: 7)).Jobs is { Count: > 0 } jobs)
        {
            numbers.AddRange(jobs.Select(job => Read(job).Number));
        }

        return numbers;
    }
}
