using ProdReady.Notifications.Callbacks;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.PhoneNumbers.Lookups;
using ProdReady.Notifications.Pricing;
using ProdReady.Notifications.QuietHours;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Settling;
using ProdReady.Notifications.Sms;
using ProdReady.Notifications.Suppressions;
using ProdReady.Notifications.Templates;
using ProdReady.Notifications.Transactions;
using ProdReady.Notifications.Verifications;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Health;
using ProdReady.ServiceDefaults.Hosting;
using ProdReady.ServiceDefaults.Postgres;

if (HealthProbe.IsFor(args))
{
    return await HealthProbe.RunAsync(args);
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddValidation();
builder.AddPostgres();
builder.AddMigrations("notifications", typeof(Program).Assembly);
builder.AddMessages();
builder.AddVerifications();
builder.AddPricing();
builder.AddTemplates();
builder.AddQuietHours();
builder.AddLookups();
builder.AddSmsProviders();
builder.AddSending();
builder.AddSms();
builder.AddCallbacks();
builder.AddSettlement();

var app = builder.Build();
app.UseServiceDefaults();
app.UseEndpointAuthorization();

app.MapDefaultEndpoints();
app.MapSms();
app.MapTemplates();
app.MapTransactions();
app.MapPhoneNumbers();
app.MapMessages();
app.MapSettlement();
app.MapVerifications();
app.MapCallbacks();
app.MapSuppressions();

return await app.RunServiceAsync();
