using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services;

/// <summary>What every service has in common, a new one too.</summary>
public sealed class ServiceCatalogTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    public static TheoryData<string> Services => [.. ServiceCatalog.All.Select(service => service.Name)];

    [Fact]
    public void Names_are_found_whatever_the_case_and_are_not_shared()
    {
        Assert.All(ServiceCatalog.All, service => Assert.Same(service, ServiceCatalog.Find(service.Name.ToUpperInvariant())));
        Assert.All(ServiceCatalog.All, service => Assert.Same(service, ServiceCatalog.Find(service.ConnectionName)));
        Assert.All(ServiceCatalog.All, service => Assert.Equal(service.Name, service.Capabilities.Service));
        var error = Assert.Throws<ApiTokenException>(() => ServiceCatalog.Find("none"));
        Assert.All(ServiceCatalog.All, service => Assert.Contains(service.Name, error.RecommendedAction));
    }

    [Fact]
    public void Each_has_its_emulator_in_the_sandbox() =>
        Assert.Equal(ServiceCatalog.All.Select(service => service.ConnectionName), sandbox.ServiceNames);

    [Theory]
    [MemberData(nameof(Services))]
    public void Its_secrets_have_its_form_and_no_other_and_are_found_and_masked(string service)
    {
        ServiceDefinition definition = ServiceCatalog.Find(service);
        string secret = sandbox.Describe(service).Secret;

        Assert.Equal(definition, Assert.Single(ServiceCatalog.All, other => other.SecretFormat.IsMatch(secret)));
        Assert.Equal([secret], definition.SecretFormat.FindIn($"token={secret}, and more"));
        Assert.Equal("token=***, and more", SecretText.Mask($"token={secret}, and more"));
    }
}
