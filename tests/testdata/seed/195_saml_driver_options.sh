# Install Playwright drivers
go run github.com/playwright-community/playwright-go/cmd/playwright@latest install
