using ProdReady.Testing;

namespace ProdReady.Notifications.Tests;

public sealed class ScopeTests(DataStores stores)
{
    [Fact]
    public async Task Every_endpoint_asks_for_its_scope()
    {
        await using var database = await stores.CreateDatabaseAsync();
        await using var app = NotificationsApp.Create(database, new Uri("http://127.0.0.1:1"));

        Assert.Equal(
            [
                "DELETE /notifications/suppressions: scope notifications:send",
                "DELETE /notifications/verifications/blocked-prefixes/{prefix}: scope notifications:verify",
                "GET /notifications/messages/{id:guid}: scope notifications:read",
                "GET /notifications/messages: scope notifications:read",
                "GET /notifications/phone-numbers/{number}: scope notifications:read",
                "GET /notifications/suppressions: scope notifications:read",
                "GET /notifications/templates: scope notifications:read",
                "GET /notifications/verifications/blocked-prefixes: scope notifications:verify",
                "GET /notifications/verifications/{id:guid}: scope notifications:verify",
                "POST /notifications/messages/{id:guid}/cancel: scope notifications:send",
                "POST /notifications/messages/{id:guid}/settle: scope notifications:admin",
                "POST /notifications/sms/bulk: scope notifications:send",
                "POST /notifications/sms: scope notifications:send",
                "POST /notifications/suppressions: scope notifications:send",
                "POST /notifications/transactions: scope notifications:send",
                // Twilio signs
                "POST /notifications/twilio/inbound: nobody is asked",
                "POST /notifications/twilio/status: nobody is asked",
                "POST /notifications/verifications/{id:guid}/check: scope notifications:verify",
                "POST /notifications/verifications/{id:guid}/resend: scope notifications:verify",
                "POST /notifications/verifications: scope notifications:verify",
            ],
            EndpointScopes.Of(app.Services, "/notifications"));
    }
}
