using System.Runtime.CompilerServices;
using ApiTokens.Services.ApplicationUsers;
using ApiTokens.Services.Devo;
using ApiTokens.Services.Gcore;
using ApiTokens.Services.Wegnology;

namespace ApiTokens.Services;

/// <summary>All services. A new one is one folder beside these and one line here.</summary>
public static class ServiceCatalog
{
    /// <summary>The services, in the order in which they are listed.</summary>
    public static IReadOnlyList<ServiceDefinition> All { get; private set; } =
    [
        new DevoDefinition(),
        new WegnologyDefinition(),
        new GcoreDefinition(),
        new ApplicationUsersDefinition(),
    ];

    /// <summary>Finds a service by its name or by its connections' usual name, whatever the case.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The service.</returns>
    /// <exception cref="ApiTokenException">There is none; the message lists those there are.</exception>
    public static ServiceDefinition Find(string name) =>
        All.FirstOrDefault(service => Same(service.Name, name) || Same(service.ConnectionName, name))
        ?? throw ApiTokenException.InvalidParameter(
            "Service", $"there is no service '{name}'.", $"Give one of: {string.Join(", ", All.Select(service => service.Name))}.");

    /// <summary>Adds a service that is outside this assembly, for the whole process. It comes last.</summary>
    internal static void Add(ServiceDefinition service) => All = [.. All, service];

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    // Before any code of this assembly runs, so that no text is masked without them.
#pragma warning disable CA2255 // The rule is about what applications see; this only joins two parts of the library.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void ProvideSecretFormats() =>
        SecretText.MaskServiceSecrets = text => All.Aggregate(text, (masked, service) => service.SecretFormat.Mask(masked));
}
