using ProdReady.Webhooks.Tests.Verification;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Sources;

public sealed class AccountBindingTests
{
    [Theory]
    [InlineData("stripe", """{"account":"acct_1"}""", SignatureVerdict.Valid)]
    [InlineData("stripe", """{"account":"acct_2"}""", SignatureVerdict.Mismatch)]
    [InlineData("stripe", """{"data":{"account":"acct_1"}}""", SignatureVerdict.Mismatch)]
    [InlineData("stripe", "{}", SignatureVerdict.Mismatch)]
    [InlineData("stripe", "no json", SignatureVerdict.Mismatch)]
    [InlineData("square", """{"merchant_id":"acct_1"}""", SignatureVerdict.Valid)]
    [InlineData("square", """{"merchant_id":"ACCT_1"}""", SignatureVerdict.Mismatch)]
    [InlineData("slack", """{"team_id":"acct_1"}""", SignatureVerdict.Valid)]
    public void Event_of_another_account_is_refused(string provider, string body, object expected) =>
        Assert.Equal(expected, Verdict(provider, body, ("Account", "acct_1")));

    [Theory]
    [InlineData("stripe", """{"livemode":true}""", true, SignatureVerdict.Valid)]
    [InlineData("stripe", """{"livemode":false}""", true, SignatureVerdict.Mismatch)]
    [InlineData("stripe", """{"livemode":false}""", false, SignatureVerdict.Valid)]
    [InlineData("stripe", "{}", true, SignatureVerdict.Mismatch)]
    [InlineData("stripe", "{}", false, SignatureVerdict.Mismatch)]
    [InlineData("paystack", """{"data":{"domain":"live"}}""", true, SignatureVerdict.Valid)]
    [InlineData("paystack", """{"data":{"domain":"test"}}""", true, SignatureVerdict.Mismatch)]
    [InlineData("adyen", """{"environment":"test"}""", false, SignatureVerdict.Valid)]
    public void Event_of_the_other_mode_is_refused(string provider, string body, bool live, object expected) =>
        Assert.Equal(expected, Verdict(provider, body, ("LiveMode", live ? "true" : "false")));

    [Fact]
    public void Shopifys_shop_is_a_header()
    {
        var source = TestSource.Of("shopify", ("Secret", ProviderSigner.SecretOf("shopify")), ("Account", "a.myshopify.com"));
        var sample = ProviderSigner.Sign("shopify", "x", 1);
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(sample.WithHeader("X-Shopify-Shop-Domain", "a.myshopify.com")));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(sample.WithHeader("X-Shopify-Shop-Domain", "b.myshopify.com")));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(sample));
    }

    private static SignatureVerdict Verdict(string provider, string body, (string, string?) setting) =>
        TestSource.Of(provider, ("Secret", ProviderSigner.SecretOf(provider)), setting).Verdict(
            ProviderSigner.SignBytes(provider, System.Text.Encoding.UTF8.GetBytes(body), TestSource.Now.ToUnixTimeSeconds()));
}
