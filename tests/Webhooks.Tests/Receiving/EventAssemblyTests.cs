using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Retention;
using ProdReady.Webhooks.Tests.Verification;

namespace ProdReady.Webhooks.Tests.Receiving;

public sealed class EventAssemblyTests
{
    [Theory]
    [InlineData("github", 0, 3)]
    [InlineData("github", 6, 9)]
    [InlineData("stripe", 0, 30)]
    [InlineData("stripe", 6, 36)]
    public void Repetition_is_recognised_from_the_time_on_at_which_the_event_gets_in(string provider, int daysInQuarantine, int days)
    {
        var source = TestSource.WithSecret(provider, "whsec_x");
        var assembly = new EventAssembly(
            Options.Create(new RetentionOptions()), new FakeTimeProvider(TestSource.Now.AddDays(daysInQuarantine)));

        var made = assembly.Make(source, new HeaderDictionary(), new("evt_1", null), "{}"u8.ToArray(), TestSource.Now, "default");

        Assert.Equal(TestSource.Now, made.ReceivedAt);
        Assert.Equal(TestSource.Now.AddDays(days), made.RepeatedUntil);
    }
}
