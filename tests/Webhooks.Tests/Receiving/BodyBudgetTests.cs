using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using ProdReady.Testing;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Tests.Receiving;

/// <summary>What strangers send takes no more memory than there is for it.</summary>
public sealed class BodyBudgetTests(DataStores stores) : WebhooksTest(stores)
{
    private const int Kilobyte = 1024;
    private const long Everything = 256L * 1024 * 1024;

    [Theory]
    [InlineData(1, 16)]
    [InlineData(15, 16)]
    // Its buffer is copied from one into another of twice the size
    [InlineData(20, 48)]
    [InlineData(40, 96)]
    public async Task Body_takes_its_buffers_and_gives_them_back(int kilobytes, int needed)
    {
        var enough = Budget(needed * Kilobyte);
        using (await BoundedBody.ReadAsync(Request(kilobytes), 64 * Kilobyte, enough))
        {
            Assert.False(enough.TryTake(needed * Kilobyte));
        }

        Assert.True(enough.TryTake(needed * Kilobyte));
        await Assert.ThrowsAsync<BodyBudgetExceededException>(
            () => BoundedBody.ReadAsync(Request(kilobytes), 64 * Kilobyte, Budget((needed * Kilobyte) - 1)));
    }

    [Fact]
    public async Task Whatever_becomes_of_a_body_its_memory_is_given_back()
    {
        var budget = Budget(64 * Kilobyte);

        Assert.Null(await BoundedBody.ReadAsync(Request(20), 18 * Kilobyte, budget));
        (await BoundedBody.ReadAsync(Request(20), 32 * Kilobyte, budget))!.Abandon();
        await Assert.ThrowsAsync<BodyBudgetExceededException>(() => BoundedBody.ReadAsync(Request(60), 64 * Kilobyte, budget));

        Assert.True(budget.TryTake(64 * Kilobyte));
    }

    [Fact]
    public async Task Sender_is_told_to_come_again_and_then_has_room()
    {
        var budget = App.Services.GetRequiredService<BodyBudget>();
        var body = NewEvent();
        Assert.True(budget.TryTake(Everything));

        var refused = await App.PostAsync(body);

        await ProblemAsync(refused, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(0, await CountAsync());

        budget.Return(Everything);
        await JsonAsync(await App.PostAsync(body), HttpStatusCode.OK);
        await ProblemAsync(await App.PostUnsignedAsync(body), HttpStatusCode.Unauthorized);
        Assert.True(budget.TryTake(Everything));
    }

    [Fact]
    public async Task Memory_of_what_could_not_be_stored_is_given_back()
    {
        await using var app = new WebhooksApp(
            Database.ConnectionString, ("ConnectionStrings:prodready", "Host=127.0.0.1;Port=1;Username=nobody"));

        await ProblemAsync(await app.PostAsync(NewEvent()), HttpStatusCode.ServiceUnavailable);

        Assert.True(app.Services.GetRequiredService<BodyBudget>().TryTake(Everything));
    }

    private static BodyBudget Budget(long bytes) => new(Options.Create(new WebhooksOptions { MaxBytesInFlight = bytes }));

    private static HttpRequest Request(int kilobytes) => new DefaultHttpContext
    {
        Request = { Body = new MemoryStream(Encoding.ASCII.GetBytes(new string('x', kilobytes * Kilobyte))) },
    }.Request;
}
