using ProdReady.AppHost;
using ProdReady.Standalone.Stack;

var builder = DistributedApplication.CreateBuilder(args);

var redis = builder.AddRedis("redis").WithDataVolume();
var database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase("prodready");
var adminKey = builder.AddAdminKey();

var webhooks = builder.AddProject<Projects.Webhooks>("webhooks")
    .WithServiceDefaults(adminKey)
    .WithReference(database).WaitFor(database);

var notifications = builder.AddProject<Projects.Notifications>("notifications")
    .WithServiceDefaults(adminKey)
    .WithReference(database).WaitFor(database);

var backups = builder.AddProject<Projects.BackupWorker>("backups")
    .WithServiceDefaults(adminKey)
    .WithReference(database).WaitFor(database);

builder.AddProject<Projects.Gateway>("gateway")
    .WithServiceDefaults(adminKey, GatewayPort.FromEnvironment())
    .WithExternalHttpEndpoints()
    .WithReference(redis).WaitFor(redis)
    .WithReference(database).WaitFor(database)
    .WithReference(webhooks)
    .WithReference(notifications)
    .WithReference(backups);

builder.AddStackFile();
builder.Build().Run();
