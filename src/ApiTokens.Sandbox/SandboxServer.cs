using System.Globalization;
using System.Net;
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
    // contracts/gcore.md, 1.9.
    private const int DocumentedTokenLimit = 100;

    private const int SchemaVersion = 3;

    // The first version that can still be opened. Columns that it lacks are added.
    private const int OldestSchemaVersion = 2;
    private const long MaxBodySize = 1024 * 1024;
    private const int MaxHeaderSize = 16 * 1024;

    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(15);

    // Longer than clients keep an idle connection.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(120);

    // The maximum time to wait for pending requests at shutdown.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;
    private readonly Database _database;
    private readonly SecretCipher _cipher;
    private readonly RunCertificate? _certificate;

    private SandboxServer(
        WebApplication application,
        Database database,
        SecretCipher cipher,
        RunCertificate? certificate,
        FaultPlan faults,
        Uri baseAddress,
        SandboxDescription description)
    {
        _application = application;
        _database = database;
        _cipher = cipher;
        _certificate = certificate;
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
        List<IPEndPoint> endpoints = LoopbackAddress.Parse(options.Urls, options.AllowRemote, options.Https);
        var database = Database.Open(options.DatabasePath);
        SecretCipher? cipher = null;
        RunCertificate? certificate = null;
        WebApplication? application = null;
        try
        {
            long version = ReadVersion(database);
            cipher = SecretCipher.Open(database, options.DatabasePath);
            IServiceEmulator[] emulators = CreateEmulators(database, cipher, options);
            Fill(database, emulators, version == 0, options.Tokens);
            certificate = options.Https ? RunCertificate.Create(endpoints.Select(endpoint => endpoint.Address)) : null;
            application = CreateBuilder(endpoints, certificate).Build();
            var faults = new FaultPlan(emulators.Select(emulator => emulator.Name));
            string controlToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            Map(application, emulators, faults, options, controlToken);
            await application.StartAsync(cancellationToken);

            var baseAddress = new Uri(application.Urls.First());
            var description = new SandboxDescription
            {
                ControlToken = controlToken,
                CertificateFile = certificate?.Path,
                Services = emulators.ToDictionary(
                    emulator => emulator.Name,
                    emulator => emulator.StartAdministrator(new Uri(baseAddress, emulator.Name))),
            };
            return new SandboxServer(application, database, cipher, certificate, faults, baseAddress, description);
        }
        catch
        {
            if (application is not null)
            {
                await application.DisposeAsync();
            }

            certificate?.Dispose();
            cipher?.Dispose();
            database.Dispose();
            throw;
        }
    }

    /// <summary>Stops the server and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
        _certificate?.Dispose();
        _cipher.Dispose();
        _database.Dispose();
    }

    private static IServiceEmulator[] CreateEmulators(Database database, SecretCipher cipher, SandboxOptions options) =>
    [
        new DevoEmulator(database, options.TimeProvider, cipher),
        new WegnologyEmulator(database, options.TimeProvider),
        new GcoreEmulator(database, options.TimeProvider, options.GcoreTokenLimit ?? options.Tokens + DocumentedTokenLimit),
        new ApplicationUsersEmulator(database, options.TimeProvider),
        .. options.MoreEmulators.Select(create => create(database, options.TimeProvider)),
    ];

    /// <summary>Returns the version of the schema; 0 for a new database.</summary>
    private static long ReadVersion(Database database)
    {
        long version = database.Number($"PRAGMA user_version");
        return version is 0 or (>= OldestSchemaVersion and <= SchemaVersion)
            ? version
            : throw new ArgumentException("The database was written by another version of the sandbox.");
    }

    private static void Fill(Database database, IServiceEmulator[] emulators, bool isNew, int generated) => database.Atomically(() =>
    {
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

    private static WebApplicationBuilder CreateBuilder(List<IPEndPoint> endpoints, RunCertificate? certificate)
    {
        // An empty builder, so that environment variables and settings files of the host program have no effect.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderSize;
            kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
            kestrel.Limits.KeepAliveTimeout = IdleTimeout;
            endpoints.ForEach(endpoint => kestrel.Listen(endpoint, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate.Certificate);
                }
            }));
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
