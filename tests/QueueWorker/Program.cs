using ProdReady.QueueWorker;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.Queue;

// One of the processes that the tests of the queue kill. Its settings come from the environment.
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
builder.Configuration.AddEnvironmentVariables();
builder.Services.AddMetrics();
builder.Logging.AddConsole();
builder.AddPostgres();
builder.AddJobQueue("tests", "items", WorkJson.Default.Work);
builder.AddJobWorker<Work, WorkHandler>();
await builder.Build().RunAsync();
