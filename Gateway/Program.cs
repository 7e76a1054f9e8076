using ProdReady.Gateway.ApiKeys;
using ProdReady.Gateway.Clients;
using ProdReady.Gateway.Documentation;
using ProdReady.Gateway.Proxy;
using ProdReady.Gateway.Proxy.Paths;
using ProdReady.Gateway.Proxy.Tokens;
using ProdReady.Gateway.RateLimiting;
using ProdReady.Gateway.RateLimiting.Http;
using ProdReady.Gateway.Root;
using ProdReady.Gateway.SecurityHeaders;
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
// Requests go on without either: see the README
builder.AddRedis(isVital: false);
builder.AddPostgres(isVital: false);
builder.AddMigrations("gateway", typeof(Program).Assembly, isVital: false);
builder.AddApiKeyAdministration();
builder.AddClients();
builder.AddRateLimiting();
builder.AddSecurityHeaders();
builder.AddProxy();
builder.AddDocumentation();

var app = builder.Build();
if (!app.HasValidSettings())
{
    return ServiceRunner.ConfigurationError;
}

// Outermost, so that no answer leaves without them, whoever made it
app.UseSecurityHeaders();
app.UseServiceDefaults();
app.UseClients();
app.UseProxyEdge();
app.UsePlainRouting();
app.UseCors();
app.UseTokens();
app.UseRateLimiting();
app.UseEndpointAuthorization();
app.UseOutputCache();

app.MapDefaultEndpoints();
app.MapRoot();
app.MapApiKeys();
app.MapRateLimits();
app.MapDocumentation();
app.MapProxy();

return await app.RunServiceAsync();
