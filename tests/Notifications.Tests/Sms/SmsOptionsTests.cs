using Microsoft.Extensions.FileProviders;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Tests.Sms;

public sealed class SmsOptionsTests
{
    [Fact]
    public void Nothing_set_is_valid() => Assert.Empty(Failures(new(), "Production"));

    [Fact]
    public void The_log_with_texts_is_for_development() =>
        Assert.Empty(Failures(new() { Provider = "log", LogText = true }, "Development"));

    [Fact]
    public void Twilio_needs_an_account()
    {
        Assert.Empty(Failures(new() { Provider = "twilio" }, "Production", ("Twilio:AccountSid", "AC1")));
        Assert.Equal(
            [
                "SMS_PROVIDER (Sms:Provider) is Twilio, but no account is set. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, and "
                + "TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID.",
            ],
            Failures(new() { Provider = "Twilio" }, "Production"));
    }

    [Fact]
    public void Production_does_not_only_pretend_to_send() => Assert.Equal(
        [
            "SMS_PROVIDER (Sms:Provider) is Log, which sends nothing, in the Production environment. Example: Twilio",
            "Sms:LogText writes codes and names into the log; it is for the Development environment only. Example: false",
            "Sms:HelpText has 1601 characters; 1600 is the most. Example: Example Ltd: call +15005550006. Reply STOP to end.",
        ],
        Failures(new() { Provider = "Log", LogText = true, HelpText = new('a', 1601) }, "Production"));

    [Fact]
    public void Another_provider_is_refused() => Assert.Equal(
        ["SMS_PROVIDER (Sms:Provider) is 'Pigeon'; it must be Twilio or Log. Example: Twilio"],
        Failures(new() { Provider = "Pigeon" }, "Development"));

    private static IEnumerable<string> Failures(SmsOptions options, string environment, params (string Key, string? Value)[] settings) =>
        new ValidateSmsOptions(
            new Environment { EnvironmentName = environment },
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => pair.Value)).Build())
        .Validate(null, options).Failures ?? [];

    private sealed class Environment : IHostEnvironment
    {
        public string ApplicationName { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();

        public string ContentRootPath { get; set; } = "";

        public required string EnvironmentName { get; set; }
    }
}
