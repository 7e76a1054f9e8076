using System.Text;
using ProdReady.Testing;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Tests.Inbox;

/// <summary>Many events in one statement, as if each had come alone.</summary>
public sealed class InboxStoreTests(DataStores stores) : WebhooksTest(stores)
{
    private const string Counts =
        "SELECT string_agg(concat_ws(' ', event_id, convert_from(body, 'utf8'), duplicates, conflicts), ', ' ORDER BY event_id) FROM webhooks.events";

    private InboxStore Inbox => App.Services.GetRequiredService<InboxStore>();

    [Fact]
    public async Task Batch_counts_its_own_duplicates_and_those_that_were_there()
    {
        var old = (await Inbox.AddAsync([New("evt_old", "x")]))[0];

        var answers = await Inbox.AddAsync(
            [New("evt_new", "a"), New("evt_old", "x"), New("evt_new", "a"), New("evt_new", "b"), New("evt_old", "y"), New("evt_new", "b")]);

        Assert.Equal([false, true, true, true, true, true], answers.Select(answer => answer.Duplicate));
        Assert.Equal([false, false, false, true, true, true], answers.Select(answer => answer.Conflict));
        Assert.Equal([old.Id, old.Id], new[] { answers[1].Id, answers[4].Id });
        Assert.Single(answers.Select(answer => answer.Id).Where(id => id != old.Id).Distinct());
        Assert.Equal("evt_new a 3 2, evt_old x 2 1", await ScalarAsync<string>(Counts));
    }

    [Fact]
    public async Task Batches_that_meet_at_the_same_events_do_not_deadlock()
    {
        var events = Enumerable.Range(0, 50).Select(number => $"evt_{number:00}").ToList();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(batch => Inbox.AddAsync(
            [.. (batch % 2 == 0 ? events : Enumerable.Reverse(events)).Select(id => New(id, "same"))])));

        Assert.Equal(50, await CountAsync());
        Assert.Equal(50 * 15L, await ScalarAsync<long>("SELECT sum(duplicates) FROM webhooks.events"));
    }

    [Fact]
    public async Task Event_that_Postgres_cannot_take_fails_alone()
    {
        var intake = App.Services.GetRequiredService<InboxIntake>();
        var good = Enumerable.Range(0, 40).Select(number => intake.AddAsync(New($"evt_{number}", "good"))).ToList();
        var poison = intake.AddAsync(New("evt_\0", "poison"));
        good.AddRange(Enumerable.Range(40, 40).Select(number => intake.AddAsync(New($"evt_{number}", "good"))));

        await Assert.ThrowsAsync<InboxUnavailableException>(() => poison);

        Assert.All(await Task.WhenAll(good), stored => Assert.False(stored.Duplicate));
        Assert.Equal(80, await CountAsync());
    }

    private static InboxEvent New(string id, string body) => new(
        Guid.CreateVersion7(), "stripe", id, "invoice.paid", Encoding.UTF8.GetBytes(body), "{}", TimeProvider.System.GetUtcNow());
}
