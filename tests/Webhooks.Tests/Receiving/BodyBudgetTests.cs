using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ProdReady.Testing;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Tests.Receiving;

/// <summary>What strangers send takes no more memory than there is for it.</summary>
public sealed class BodyBudgetTests(DataStores stores) : WebhooksTest(stores)
{
    private const int Kilobyte = 1024;
    private const int Megabyte = 1024 * Kilobyte;
    private const long AllOfASource = 128L * Megabyte;

    [Theory]
    [InlineData(1, 16)]
    [InlineData(15, 16)]
    // Its buffer is copied from one into another of twice the size
    [InlineData(20, 48)]
    [InlineData(40, 96)]
    public async Task Body_takes_its_buffers_and_gives_them_back(int kilobytes, int needed)
    {
        var enough = Budget(needed * Kilobyte);
        using (await ReadAsync(Request(kilobytes), 64 * Kilobyte, enough))
        {
            Assert.False(enough.TryTake(needed * Kilobyte));
        }

        Assert.True(enough.TryTake(needed * Kilobyte));
        await Assert.ThrowsAsync<BodyBudgetExceededException>(
            () => ReadAsync(Request(kilobytes), 64 * Kilobyte, Budget((needed * Kilobyte) - 1)));
    }

    [Fact]
    public async Task Whatever_becomes_of_a_body_its_memory_is_given_back()
    {
        var budget = Budget(64 * Kilobyte);

        Assert.Null(await ReadAsync(Request(20), 18 * Kilobyte, budget));
        (await ReadAsync(Request(20), 32 * Kilobyte, budget))!.Abandon();
        await Assert.ThrowsAsync<BodyBudgetExceededException>(() => ReadAsync(Request(60), 64 * Kilobyte, budget));

        Assert.True(budget.TryTake(64 * Kilobyte));
    }

    [Fact]
    public async Task Sender_is_told_to_come_again_and_then_has_room()
    {
        var budget = App.Services.GetRequiredService<BodyBudget>().Of("stripe");
        var body = NewEvent();
        Assert.True(budget.TryTake(AllOfASource));

        var refused = await App.PostAsync(body);

        await ProblemAsync(refused, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(0, await CountAsync());

        budget.Return(AllOfASource);
        await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);
        await ProblemAsync(await App.PostUnsignedAsync(body), HttpStatusCode.Unauthorized);
        Assert.True(budget.TryTake(AllOfASource));
    }

    [Fact]
    public async Task Memory_of_what_could_not_be_stored_is_given_back()
    {
        await using var app = new WebhooksApp(
            Database.ConnectionString, ("ConnectionStrings:prodready", "Host=127.0.0.1;Port=1;Username=nobody"));

        await ProblemAsync(await app.PostAsync(NewEvent()), HttpStatusCode.ServiceUnavailable);

        Assert.True(app.Services.GetRequiredService<BodyBudget>().Of("stripe").TryTake(AllOfASource));
    }

    /// <summary>Who knows the name of a source, and no secret, must not keep the events of others out, nor its own for longer than that.</summary>
    [Fact]
    public async Task Bodies_that_trickle_in_take_the_memory_of_one_source_only_and_for_half_a_minute()
    {
        await using var app = new WebhooksApp(Database.ConnectionString, ("Webhooks:MaxBytesInFlight", $"{16 * Megabyte}"));
        var share = app.Services.GetRequiredService<BodyBudget>().Of("stripe");
        var time = new FakeTimeProvider();
        var trickling = new List<Task>();
        // As many of each size as get in, until not even the smallest does
        foreach (var kilobytes in new[] { 513, 257, 129, 65, 33, 17, 1 })
        {
            Task reading;
            do
            {
                reading = BoundedBody.ReadAsync(Request(new TricklingStream(kilobytes * Kilobyte)), Megabyte, share, time);
                trickling.Add(reading);
            }
            while (!reading.IsCompleted);
        }

        await ProblemAsync(await app.PostAsync(NewEvent()), HttpStatusCode.ServiceUnavailable);
        await JsonAsync(await app.PostAsync(NewEvent(), "stripe-eu", WebhooksApp.OtherSecret), HttpStatusCode.OK);

        time.Advance(BoundedBody.Patience);
        await Task.WhenAll(trickling).ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var slow = trickling.ConvertAll(reading => reading.Exception!.InnerException as BadHttpRequestException).OfType<BadHttpRequestException>().ToList();
        Assert.NotEmpty(slow);
        Assert.All(slow, exception => Assert.Equal(StatusCodes.Status408RequestTimeout, exception.StatusCode));
        Assert.True(share.TryTake(8 * Megabyte));
        share.Return(8 * Megabyte);
        await JsonAsync(await app.PostAsync(NewEvent()), HttpStatusCode.OK);
    }

    [Fact]
    public void Sources_leave_room_to_each_other()
    {
        var budget = new BodyBudget(Options.Create(new WebhooksOptions { MaxBytesInFlight = 120 }));
        var (first, second, third) = (budget.Of("a"), budget.Of("b"), budget.Of("c"));

        Assert.False(first.TryTake(61));
        Assert.True(first.TryTake(60));
        Assert.False(second.TryTake(31));
        Assert.True(second.TryTake(30));
        Assert.True(third.TryTake(15));
        Assert.False(first.TryTake(1));

        first.Return(60);
        second.Return(30);
        Assert.True(third.TryTake(45));
        Assert.False(third.TryTake(1));
    }

    /// <summary>Of a service whose one source may take <paramref name="bytes"/>.</summary>
    private static BodyBudget.BodyShare Budget(long bytes) =>
        new BodyBudget(Options.Create(new WebhooksOptions { MaxBytesInFlight = 2 * bytes })).Of("stripe");

    private static Task<BoundedBody?> ReadAsync(HttpRequest request, int maxBytes, BodyBudget.BodyShare share) =>
        BoundedBody.ReadAsync(request, maxBytes, share, TimeProvider.System);

    private static HttpRequest Request(int kilobytes) => Request(new MemoryStream(Encoding.ASCII.GetBytes(new string('x', kilobytes * Kilobyte))));

    private static HttpRequest Request(Stream body) => new DefaultHttpContext { Request = { Body = body } }.Request;

    /// <summary>Has some bytes at once, and the next one never.</summary>
    private sealed class TricklingStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return Read(buffer.Span);
        }
    }
}
