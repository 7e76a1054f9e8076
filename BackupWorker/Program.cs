using ProdReady.BackupWorker;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Cli;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Hosting;
using ProdReady.ServiceDefaults.Postgres;

if (CommandLineInterface.IsFor(args))
{
    return await CommandLineInterface.RunAsync(args);
}

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddValidation();
builder.AddPostgres();
builder.AddMigrations("backups", typeof(Program).Assembly);
builder.AddBackups();
builder.AddBackupRuns();

var app = builder.Build();
app.UseServiceDefaults();
app.UseEndpointAuthorization();

app.MapDefaultEndpoints();
app.MapBackups();

return await app.RunServiceAsync();
