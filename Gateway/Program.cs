using ProdReady.Gateway.Proxy;
using ProdReady.Gateway.RateLimiting;
using ProdReady.Gateway.Root;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedis();
builder.AddRateLimiting();
builder.AddProxy();

var app = builder.Build();
if (!app.HasValidSettings())
{
    return ServiceRunner.ConfigurationError;
}

// Outermost, so that no answer leaves without them, whoever made it
app.UseSecurityHeaders(new HeaderPolicyCollection().AddDefaultApiSecurityHeaders());
app.UseServiceDefaults();
app.UseRouting();
app.UseRateLimiting();
app.UseAuthentication();
app.UseAuthorization();

app.MapDefaultEndpoints();
app.MapRoot();
app.MapProxy();

return await app.RunServiceAsync();
