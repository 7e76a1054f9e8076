using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Hosting;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Sources;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddValidation();
builder.AddSources();
builder.AddInbox();
builder.AddReceiving();

var app = builder.Build();
app.UseServiceDefaults();
app.UseEndpointAuthorization();

app.MapDefaultEndpoints();
var webhooks = app.MapGroup("/webhooks").AddEndpointFilter<InboxUnavailableFilter>();
webhooks.MapReceive();
webhooks.MapEvents();

return await app.RunServiceAsync();
