using ProdReady.Notifications.Providers;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sms;

public sealed class SmsProvidersTests(DataStores stores)
{
    private static readonly (string, string?)[] Log = [("Sms:Provider", "Log"), ("environment", "Development")];

    [Fact]
    public async Task Accounts_are_providers_in_their_order()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var app = NotificationsApp.Create(
            database,
            new("http://127.0.0.1:9"),
            time: null,
            ("Twilio:MessagingServiceSid", ""),
            ("Twilio:FromNumber", "+15005550006"),
            ("Twilio:Fallback:AccountSid", "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" + "bb"),
            ("Twilio:Fallback:AuthToken", "other"),
            ("Twilio:Fallback:FromNumber", "Example"),
            ("Twilio:Senders:0:From", "12345"));
        var providers = app.Services.GetRequiredService<IReadOnlyList<ISmsProvider>>();
        Assert.Equal(["twilio", "twilio-fallback"], providers.Select(provider => provider.Name));
        Assert.Equal(["+15005550006", "12345"], providers[0].Senders.Select(sender => sender.Address));
        Assert.Equal(["Example"], providers[1].Senders.Select(sender => sender.Address));
        Assert.Contains(app.Logs, line => line.Contains("PUBLIC_URL is not set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_an_account_there_is_no_provider_and_the_log_says_so()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var app = NotificationsApp.CreateUnconfigured(database);
        Assert.Empty(app.Services.GetRequiredService<IReadOnlyList<ISmsProvider>>());
        Assert.Contains(app.Logs, line => line.StartsWith("Warning No provider is set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_says_what_would_have_been_sent_without_number_and_text()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var app = NotificationsApp.Create(database, new("http://127.0.0.1:9"), time: null, Log);
        using var caller = app.CreateCaller();
        var id = await NotificationsApp.SendAsync(caller, "Your code is 123456");
        await NotificationsApp.WaitForAsync(caller, id, "sent");
        Assert.Contains(app.Logs, line => line.Contains("Would send a text of 19 characters to +2348*****67 as LM", StringComparison.Ordinal));
        Assert.DoesNotContain(app.Logs, line => line.Contains("123456", StringComparison.Ordinal));
        Assert.DoesNotContain(app.Logs, line => line.Contains(NotificationsApp.Number, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_shows_texts_where_that_is_asked_for()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var app = NotificationsApp.Create(database, new("http://127.0.0.1:9"), time: null, [.. Log, ("Sms:LogText", "true")]);
        using var caller = app.CreateCaller();
        await NotificationsApp.WaitForAsync(caller, await NotificationsApp.SendAsync(caller, "Your code is 123456"), "sent");
        Assert.Contains(app.Logs, line => line.Contains("to +2348*****67 as LM", StringComparison.Ordinal)
            && line.Contains("Your code is 123456", StringComparison.Ordinal));
    }
}
