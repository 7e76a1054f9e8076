using System.Globalization;
using System.Net;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Transactions;

/// <summary>With quiet hours around the clock's time, so that they are on whenever this runs.</summary>
public sealed class TransactionSendTests(DataStores stores) : NotificationsTest(
    stores,
    ("QuietHours:Enabled", "true"),
    ("QuietHours:From", Clock(TimeSpan.Zero)),
    ("QuietHours:To", Clock(TimeSpan.FromHours(3))))
{
    private const string Path = "/notifications/transactions";

    [Fact]
    public async Task A_transaction_is_sent_as_its_template_says_once_for_its_key()
    {
        var accepted = await PostAsync(Path, Received("1250.50"), HttpStatusCode.Accepted, "key-1");
        Assert.Equal("transfer-received@1", accepted.GetProperty("template").GetString());
        var id = accepted.GetProperty("id").GetGuid();
        await WaitForAsync(id, "sent");
        Assert.Equal("Ada Obi vous a envoyé 1 250,50 NGN. Votre solde est de 10,00 NGN.", Assert.Single(Twilio.Messages).Body);

        var replayed = await PostAsync(Path, Received("1250.50"), HttpStatusCode.Accepted, "key-1");
        Assert.Equal(id, replayed.GetProperty("id").GetGuid());
        var conflict = await PostAsync(Path, Received("1250.51"), HttpStatusCode.Conflict, "key-1");
        Assert.Contains($"as message {id}", conflict.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Single(Twilio.Messages);
    }

    [Fact]
    public async Task What_may_wait_is_scheduled_for_the_end_of_quiet_hours()
    {
        var accepted = await PostAsync(Path, Low(), HttpStatusCode.Accepted);
        Assert.Equal("scheduled", accepted.GetProperty("status").GetString());
        Assert.InRange(
            accepted.GetProperty("sendAt").GetDateTimeOffset(), TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddHours(3));
        Assert.Empty(Twilio.Messages);
    }

    [Fact]
    public async Task A_suppressed_number_is_409()
    {
        await ScalarAsync<object>(
            "INSERT INTO notifications.suppressions (number, sender, reason, created_at) VALUES ('+2348031234567', '*', 'STOP', now())");
        await PostAsync(Path, Received("1"), HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_number_that_the_provider_refused_is_422_by_its_field()
    {
        await ScalarAsync<object>(
            "INSERT INTO notifications.refused_numbers (number, code, reason, at) VALUES ('+2348031234567', 21614, 'Not a mobile number.', now())");
        var problem = await PostAsync(Path, Received("1"), HttpStatusCode.UnprocessableEntity);
        Assert.Equal("to", Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }

    /// <summary>Accra's clock, which is UTC's.</summary>
    private static string Clock(TimeSpan later) => (TimeProvider.System.GetUtcNow() + later).ToString("HH:mm", CultureInfo.InvariantCulture);

    private static object Received(string amount) => new
    {
        to = "+2348031234567",
        type = "transfer-received",
        locale = "fr-BJ",
        data = new { amount = new { amount, currency = "NGN" }, sender = "Ada Obi", balance = new { amount = 10, currency = "NGN" } },
    };

    private static object Low() => new
    {
        to = "+233241234567",
        type = "low-balance",
        data = new { balance = new { amount = -5, currency = "GHS" }, threshold = new { amount = 10, currency = "GHS" } },
    };
}
