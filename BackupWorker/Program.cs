using ProdReady.BackupWorker;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Operations;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Retention;
using ProdReady.BackupWorker.Verifying;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Health;
using ProdReady.ServiceDefaults.Hosting;
using ProdReady.ServiceDefaults.Postgres;

if (HealthProbe.IsFor(args))
{
    return await HealthProbe.RunAsync(args);
}

NativeMemory.KeepLittle();
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
app.MapBackups().MapVerifying().MapDrills().MapRestores().MapRetention().MapOperations();

return await app.RunServiceAsync();
