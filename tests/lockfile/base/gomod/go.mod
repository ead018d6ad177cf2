module forge.example/smithy

go 1.22

require forge.example/anvil v1.4.2

require (
	forge.example/bellows v0.0.0-20200101000000-0123456789ab // indirect
	forge.example/tongs v1.0.0 // indirect
)
