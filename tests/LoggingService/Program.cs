using System.Diagnostics;
using ProdReady.LoggingService;
using ProdReady.ServiceDefaults;

// A service whose standard output tests look at: it logs, and then ends, by an exception that nobody catches if it is told to crash
var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.AddServiceDefaults();
var app = builder.Build();
await app.StartAsync();
if (args.Contains("crash"))
{
    // The runtime takes some time to print the exception and to end: time in which lines would get out by themselves
    var self = Process.GetCurrentProcess();
    AppDomain.CurrentDomain.UnhandledException += (_, _) => self.Kill();
    // A thread is in nobody's reach; the filter logs between the throw, which takes time too, and the end
    var thread = new Thread(() =>
    {
        try
        {
            throw new InvalidOperationException("the last straw");
        }
        catch (InvalidOperationException) when (!Lines.WriteAll(app.Logger))
        {
        }
    });
    thread.Start();
    thread.Join();
}

Lines.WriteAll(app.Logger);
await app.StopAsync();
await app.DisposeAsync();
