using ApiTokens.Core.Tests.Conformance;
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
    public void EachService_HasARecipeAndRunsTheConformanceTests(string service)
    {
        Type tests = typeof(ServiceConformanceTests<>).MakeGenericType(ServiceRecipe.Of(service).GetType());

        Assert.True(
            Array.Exists(typeof(ServiceCatalogTests).Assembly.GetTypes(), type => type.IsSubclassOf(tests) && !type.IsAbstract),
            $"The service {service} is in the catalogue and has no class of tests: derive {service}Tests from ServiceConformanceTests<{service}Recipe>.");
    }

    [Fact]
    public void ServiceWithoutARecipe_FailsWithASentence()
    {
        var error = Record.Exception(() => ServiceRecipe.Of("Acme"));

        Assert.Equal("The service Acme is in the catalogue and has no recipe: add a class AcmeRecipe to its tests.", error?.Message);
    }

    [Fact]
    public void RequestFields_AreThoseOfARequest() => Assert.Equal(
        typeof(NewTokenRequest).GetProperties().Select(property => property.Name).Order(),
        Enum.GetNames<NewTokenFields>().Where(name => name != nameof(NewTokenFields.None)).Order());
}
