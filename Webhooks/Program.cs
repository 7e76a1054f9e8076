using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Health;
using ProdReady.ServiceDefaults.Hosting;
using ProdReady.Webhooks.Audit;
using ProdReady.Webhooks.Delivery;
using ProdReady.Webhooks.Delivery.Operating;
using ProdReady.Webhooks.Encryption;
using ProdReady.Webhooks.Events;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Quarantine;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Replays;
using ProdReady.Webhooks.Retention;
using ProdReady.Webhooks.Search;
using ProdReady.Webhooks.Sources;

if (HealthProbe.IsFor(args))
{
    return await HealthProbe.RunAsync(args);
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddValidation();
builder.AddSources();
builder.AddEncryption();
builder.AddInbox();
builder.AddRetention();
builder.AddReceiving();
builder.AddQuarantine();
builder.AddEvents();
builder.Services.AddSingleton<AuditLog>();
builder.AddContentSearch();
builder.AddDelivery();
builder.AddReplays();

var app = builder.Build();
app.UseServiceDefaults();
app.UseEndpointAuthorization();

app.MapDefaultEndpoints();
var webhooks = app.MapGroup("/webhooks").AddEndpointFilter<InboxUnavailableFilter>();
webhooks.MapDestinations();
webhooks.MapSources();
webhooks.MapDeadLetters();
webhooks.MapQuarantine();
webhooks.MapReplays();
webhooks.MapAudit();
webhooks.MapReceive();
webhooks.MapEvents();

return await app.RunServiceAsync();
