using System.Globalization;
using System.Security.Cryptography;
using ApiTokens.Sandbox.Emulators.ApplicationUsers;
using ApiTokens.Sandbox.Emulators.Devo;
using ApiTokens.Sandbox.Emulators.Gcore;
using ApiTokens.Sandbox.Emulators.Wegnology;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Sandbox.Http;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox;

/// <summary>A running sandbox. Several can run in one process; each has its own database and port.</summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private const int SchemaVersion = 3;
    private const long MaxBodySize = 1024 * 1024;
    private const int MaxHeaderSize = 16 * 1024;

    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(15);

    // Longer than clients keep an idle connection.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(120);

    // The maximum time to wait for pending requests at shutdown.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;
    private readonly Database _database;

    private SandboxServer(WebApplication application, Database database, FaultPlan faults, Uri baseAddress, SandboxDescription description)
    {
        _application = application;
        _database = database;
        Faults = faults;
        BaseAddress = baseAddress;
        Description = description;
    }

    /// <summary>The address of the server, with its port.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The services and their administrators' credentials.</summary>
    public SandboxDescription Description { get; }

    /// <summary>The faults to inject.</summary>
    public FaultPlan Faults { get; }

    /// <summary>Opens and fills the database, and starts the server.</summary>
    /// <exception cref="ArgumentException">An address in the options is not loopback, or the database has another version.</exception>
    public static async Task<SandboxServer> StartAsync(SandboxOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Tokens);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Rate);
        WebApplicationBuilder builder = CreateBuilder(options);
        var database = Database.Open(options.DatabasePath);
        WebApplication? application = null;
        try
        {
            IServiceEmulator[] emulators = CreateEmulators(database, options);
            Fill(database, emulators, options.Tokens);
            application = builder.Build();
            var faults = new FaultPlan(emulators.Select(emulator => emulator.Name));
            string controlToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            Map(application, emulators, faults, options, controlToken);
            await application.StartAsync(cancellationToken);

            var baseAddress = new Uri(application.Urls.First());
            var description = new SandboxDescription
            {
                ControlToken = controlToken,
                Services = emulators.ToDictionary(
                    emulator => emulator.Name,
                    emulator => emulator.StartAdministrator(new Uri(baseAddress, emulator.Name))),
            };
            return new SandboxServer(application, database, faults, baseAddress, description);
        }
        catch
        {
            if (application is not null)
            {
                await application.DisposeAsync();
            }

            database.Dispose();
            throw;
        }
    }

    /// <summary>Stops the server and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _database.Dispose();
    }

    private static IServiceEmulator[] CreateEmulators(Database database, SandboxOptions options) =>
    [
        new DevoEmulator(database, options.TimeProvider),
        new WegnologyEmulator(database, options.TimeProvider),
        new GcoreEmulator(database, options.TimeProvider, Math.Max(options.GcoreTokenLimit, options.Tokens + 100)),
        new ApplicationUsersEmulator(database, options.TimeProvider),
        .. options.MoreEmulators.Select(create => create(database, options.TimeProvider)),
    ];

    private static void Fill(Database database, IServiceEmulator[] emulators, int generated) => database.Atomically(() =>
    {
        long version = database.Number($"PRAGMA user_version");
        bool isNew = version == 0;
        if (!isNew && version != SchemaVersion)
        {
            throw new ArgumentException("The database was written by another version of the sandbox.");
        }

        foreach (IServiceEmulator emulator in emulators)
        {
            emulator.CreateSchema();
            if (isNew)
            {
                emulator.Seed(generated);
            }
        }

        database.Run($"PRAGMA user_version = {SchemaVersion}");
        return true;
    });

    private static WebApplicationBuilder CreateBuilder(SandboxOptions options)
    {
        var endpoints = LoopbackAddress.Parse(options.Urls, options.AllowRemote);

        // An empty builder, so that environment variables and settings files of the host program have no effect.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderSize;
            kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
            kestrel.Limits.KeepAliveTimeout = IdleTimeout;
            endpoints.ForEach(kestrel.Listen);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);

        // Only the description is written to standard output. Requests are not written to the console.
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);

        // The program reports a failed start, for example because the port is in use, in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        return builder;
    }

    // The order matters: a request is counted even if a fault is injected, and it is delayed before it has any effect.
    private static void Map(
        WebApplication application, IServiceEmulator[] emulators, FaultPlan faults, SandboxOptions options, string controlToken)
    {
        var log = new RequestLog();
        application.UseMiddleware<AccessMiddleware>(options, controlToken);
        application.UseRouting();
        application.Use((context, next) =>
        {
            // A service has one clock. Clients compare its Date header with the dates of tokens.
            context.Response.Headers.Date = options.TimeProvider.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
            return next(context);
        });
        application.UseMiddleware<CountMiddleware>(log);
        application.UseMiddleware<LatencyMiddleware>(options);
        application.UseMiddleware<RateMiddleware>(emulators, options);
        application.UseMiddleware<FaultMiddleware>(faults);
        application.Use(HttpErrorException.HandleAsync);
        ControlEndpoints.Map(application, log, faults);
        foreach (IServiceEmulator emulator in emulators)
        {
            foreach (string prefix in emulator.Prefixes)
            {
                emulator.Map(application.MapGroup($"/{prefix}").WithMetadata(new EmulatorEndpoint(RequestKind.ByMethod), emulator));
            }
        }
    }
}
