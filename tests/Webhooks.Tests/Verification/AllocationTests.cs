using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Verification;

public sealed class AllocationTests
{
    private const int Calls = 1000;

    [Theory]
    [InlineData("stripe")]
    [InlineData("github")]
    [InlineData("standard-webhooks")]
    [InlineData("slack")]
    [InlineData("shopify")]
    [InlineData("paystack")]
    public void Verification_allocates_nothing(string provider)
    {
        var source = TestSource.Of(
            provider,
            ("Secrets:0:Id", "old"),
            ("Secrets:0:Value", provider == "standard-webhooks" ? "whsec_AAAA" : "another"),
            ("Secrets:1:Id", "new"),
            ("Secrets:1:Value", ProviderSigner.SecretOf(provider)));
        var sample = ProviderSigner.Sign(provider, new string('x', 1000), TestSource.Now.ToUnixTimeSeconds());
        Verify();

        // The least of several: once in a while the runtime itself allocates something on a thread
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Allocated()));

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Verify();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Verify()
        {
            for (var call = 0; call < Calls; call++)
            {
                var request = new SignedRequest(sample.Headers, sample.Body, sample.Url, TestSource.Now);
                if (source.Verify(request) is not { Verdict: SignatureVerdict.Valid, SecretId: "new" })
                {
                    throw new InvalidOperationException("It is signed.");
                }
            }
        }
    }

    [Fact]
    public async Task Threads_do_not_get_into_each_others_hashes()
    {
        var source = TestSource.WithSecret("stripe", ProviderSigner.SecretOf("stripe"));
        var samples = Enumerable.Range(0, 8)
            .Select(index => ProviderSigner.Sign("stripe", $"text{index}", TestSource.Now.ToUnixTimeSeconds())).ToList();
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), TestContext.Current.CancellationToken, (index, _) =>
        {
            Assert.Equal(SignatureVerdict.Valid, source.Verdict(samples[index % 8]));
            Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(samples[index % 8].WithBody(samples[(index + 1) % 8].Body)));
            return ValueTask.CompletedTask;
        });
    }
}
