using System.Runtime.CompilerServices;
using ApiTokens.Services.ApplicationUsers;
using ApiTokens.Services.Devo;
using ApiTokens.Services.Gcore;
using ApiTokens.Services.Wegnology;

namespace ApiTokens.Services;

/// <summary>The supported services. A new service has its own folder and one line here.</summary>
public static class ServiceCatalog
{
    /// <summary>The services, in display order.</summary>
    public static IReadOnlyList<ServiceDefinition> All { get; private set; } =
    [
        new DevoDefinition(),
        new WegnologyDefinition(),
        new GcoreDefinition(),
        new ApplicationUsersDefinition(),
    ];

    /// <summary>Finds a service by its name or its default connection name, ignoring case.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The service.</returns>
    /// <exception cref="ApiTokenException">The service does not exist; the error lists the supported services.</exception>
    public static ServiceDefinition Find(string name) =>
        All.FirstOrDefault(service => Same(service.Name, name) || Same(service.ConnectionName, name))
        ?? throw ApiTokenException.InvalidParameter(
            "Service",
            $"the service '{ForeignText.Argument(name)}' does not exist.",
            $"Specify one of: {string.Join(", ", All.Select(service => service.Name))}.");

    /// <summary>Adds a service from another assembly for the current process. It is listed last.</summary>
    internal static void Add(ServiceDefinition service) => All = [.. All, service];

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    // Runs before any other code of this assembly, so that masking always knows the formats.
#pragma warning disable CA2255 // The rule is about effects on applications; this only connects two parts of the library.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void ProvideFormats()
    {
        TokenIdentity.FindCanonicalId = (service, id) =>
        {
            // Without LINQ, because this is called several times for each token.
            foreach (ServiceDefinition definition in All)
            {
                if (Same(definition.Name, service))
                {
                    return definition.CanonicalId(id);
                }
            }

            return null;
        };
        ForeignText.MaskServiceSecrets = text => All.Aggregate(text, (masked, service) => service.SecretFormat.Mask(masked));
        ForeignText.MaskPartsOfServiceSecrets =
            text => All.Aggregate(text, (masked, service) => service.SecretFormat.MaskParts(masked));
    }
}
