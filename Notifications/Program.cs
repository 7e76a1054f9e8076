using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Hosting;
using ProdReady.ServiceDefaults.Postgres;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddValidation();
builder.AddPostgres();
builder.AddMigrations("notifications", typeof(Program).Assembly);
builder.AddMessages();
builder.AddTwilio();
builder.AddSending();

var app = builder.Build();
app.UseServiceDefaults();
app.UseEndpointAuthorization();

app.MapDefaultEndpoints();
app.MapSms();
app.MapMessages();

return await app.RunServiceAsync();
